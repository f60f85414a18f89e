#pragma once

#include <cstdint>

#include "attngate/samples/samples.h"
#include "attngate/samples/warm_up.h"
#include "attngate/timing/sampler.h"

namespace attngate {

/// How two operators are sampled.
struct SamplingOptions {
  Quantity quantity = Quantity::gpu_time;
  /// Decides the order within each pair; print it.
  std::uint64_t seed = 0;
  /// Pairs, made odd; fewer where the budget is too small for them. 201: a screen, see gates.
  std::uint64_t most_pairs = 201;
  /// How long all samples may take, flushes and waiting included; warm-up comes on top. Exceeded for least_pairs alone.
  double budget_seconds = 0.5;
  /// Short operators are called several times for each sample, until it lasts as long. 200 us: above it the ratio of
  /// two medians resolves well under 1 % (H100, H200), below 60 us an event pair measures the host.
  double least_sample_us = 200;
  bool flush_cache = true;
  WarmUpLimits warm_up = {};
};

/// Times two operators in pairs: rounds of two, whose number is fixed beforehand.
///
/// Warms both operators up, fixes calls per sample and number of pairs by a few samples that are thrown away, and then
/// takes that many pairs, whatever they show: each sample behind a flushed cache, each pair in random order. Pairs of
/// GPU time in which launches show are taken again, a quarter of them at most.
///
/// Errors of an operator pass through; CudaError when the device fails.
PairedSamples sample_pairs(Sampler& sampler, const TimedOperator& base, const TimedOperator& candidate,
                           const SamplingOptions& options);

}  // namespace attngate

#pragma once

#include <memory>

#include "attngate/paths/attention_path.h"
#include "attngate/timing/pair_sampler.h"

namespace attngate {

/// The path with a spin of `us` behind its own work: the same results, later. For the cost of a spin itself see spin().
AttentionPath with_spin(const AttentionPath& path, double us);

/// A path that was made slower on purpose, for a gate to find.
struct PlantedSlowdown {
  /// The path with a spin; its slowdown is the achieved one on the case that it was planted for, and no other.
  AttentionPath path;
  /// Share of the path's own time that was asked for: 0.02 for 2 %.
  double asked = 0;
  double spin_us = 0;
  /// exp(median log ratio) - 1 of the samples: what the gate must be held to. Starting and ending a kernel costs about
  /// 2 us, which is more than was asked for where the path is short.
  double achieved = 0;
  /// The path as it is against the path with the spin.
  PairedSamples samples;
};

/// Plants a slowdown of `share` of the path's own median time on these inputs, in the quantity of the options, and
/// measures what came of it: calibrates with a spin of no length by least_pairs pairs, measures by as many as the options
/// say.
///
/// Throws std::invalid_argument unless share is 0 or more; NotTimeable; errors of the path pass through.
PlantedSlowdown plant_slowdown(PairSampler& sampler, std::shared_ptr<const CaseInputs> inputs,
                               const AttentionPath& path, double share, const SamplingOptions& options);

}  // namespace attngate

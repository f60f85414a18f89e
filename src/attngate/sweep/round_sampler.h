#pragma once

#include <optional>
#include <vector>

#include "attngate/sweep/sweep_request.h"
#include "attngate/timing/sample_taker.h"
#include "attngate/timing/stopwatch.h"
#include "attngate/timing/timed_operator.h"

namespace attngate {

/// Times the operators of a row in rounds, each operator once a round and in random order, until the speedups are known well enough.
///
/// A sample is of the request's quantity. GPU time: see SampleTaker; where launches show, a sample is taken again behind a longer spin.
/// Throughput: calls back to back, on a GPU started behind work that does not count, so that the device does not wait for the first
/// launch. What that work is, and why no cache is flushed: docs/sweep.md.
class RoundSampler {
 public:
  /// Throws CudaError.
  explicit RoundSampler(c10::Device device) : device_(device), taker_(device), stopwatch_(device) {}

  /// `operators` has one for each of the request's, empty for those that are not timed. Fills `us`, `speedups` and `rounds` of the
  /// answer. Errors of an operator pass through.
  void sample(const std::vector<std::optional<TimedOperator>>& operators, const SweepRequest& request, SweepAnswer& answer);

 private:
  /// What a GPU does just before a sample; nothing on the CPU, which has no launches to hide.
  enum class Lead {
    call,  ///< one call of the operator: the state in which calls back to back find it
    spin   ///< a short spin: for calls so long that another one would double what a sample costs
  };
  /// How an operator's samples are taken.
  struct Block {
    std::uint64_t calls = 1;
    /// throughput
    Lead lead = Lead::call;
    /// gpu_time
    double cover_us = 0;
    /// gpu_time: a call that does not count comes first.
    bool led_by_call = false;
    /// Samples in which launches showed however long the spin.
    std::uint64_t with_visible_launches = 0;
  };
  Block warm_up(const TimedOperator& timed, const SweepRequest& request);
  Block warm_up_covered(const TimedOperator& timed, const StoppingRule& rule);
  Block warm_up_throughput(const TimedOperator& timed, const StoppingRule& rule);
  double time_block(const TimedOperator& timed, Block& block, Quantity quantity);
  double time_covered(const TimedOperator& timed, Block& block);
  double time_throughput(const TimedOperator& timed, const Block& block);

  c10::Device device_;
  SampleTaker taker_;
  Stopwatch stopwatch_;
};

}  // namespace attngate

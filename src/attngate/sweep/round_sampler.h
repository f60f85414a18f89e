#pragma once

#include <optional>
#include <vector>

#include "attngate/sweep/sweep_request.h"
#include "attngate/timing/stopwatch.h"
#include "attngate/timing/timed_operator.h"

namespace attngate {

/// Times the operators of a row in rounds, each operator once a round and in random order, until the speedups are known well enough.
///
/// A sample is throughput: calls back to back, on a GPU started behind work that does not count, so that the device does not wait for
/// the first launch. What that work is, and why no cache is flushed: docs/sweep.md.
class RoundSampler {
 public:
  /// Throws CudaError.
  explicit RoundSampler(c10::Device device) : device_(device), stopwatch_(device) {}

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
    Lead lead = Lead::call;
  };
  Block warm_up(const TimedOperator& timed, const StoppingRule& rule);
  double time_block(const TimedOperator& timed, const Block& block);

  c10::Device device_;
  Stopwatch stopwatch_;
};

}  // namespace attngate

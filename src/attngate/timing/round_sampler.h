#pragma once

#include <optional>
#include <vector>

#include "attngate/sweep/sweep_request.h"
#include "attngate/timing/sample_taker.h"
#include "attngate/timing/timed_operator.h"

namespace attngate {

/// Times the operators of a row in rounds, each operator once a round and in random order, until the speedups are known
/// well enough.
///
/// A sample is of the request's quantity, as SampleTaker takes it; the cache is not flushed (docs/sweep.md). Where
/// launches show in one of GPU time, it is taken again.
class RoundSampler {
 public:
  /// Throws CudaError.
  explicit RoundSampler(c10::Device device) : device_(device), taker_(device) {}

  /// `operators` has one for each of the request's, empty for those that are not timed. Fills `us`, `speedups` and
  /// `rounds` of the answer. Errors of an operator pass through.
  void sample(const std::vector<std::optional<TimedOperator>>& operators, const SweepRequest& request,
              SweepAnswer& answer);

 private:
  /// How an operator's samples are taken.
  struct Block {
    SampleSetting setting;
    /// A call that does not count comes first.
    bool led_by_call = false;
    /// In some sample launches showed however often it was taken.
    bool launches_show = false;
  };
  Block warm_up(const TimedOperator& timed, Quantity quantity);
  double time_block(const TimedOperator& timed, Block& block);

  c10::Device device_;
  SampleTaker taker_;
};

}  // namespace attngate

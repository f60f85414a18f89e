#pragma once

#include <c10/core/Device.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "attngate/samples/stopping_criterion.h"
#include "attngate/timing/device_facts.h"
#include "attngate/timing/sample_taker.h"
#include "attngate/timing/timed_operator.h"

namespace attngate {

/// An operator that is sampled in rounds, and how.
struct RoundOperator {
  TimedOperator timed;
  SampleSetting setting = {};
  /// A call that does not count comes before each sample.
  bool led_by_call = false;
  /// gpu_time: a sample in which launches show is taken again, so many times in all; once only where so many did not do
  /// before, since an operator of more launches than the queue holds always shows them.
  int attempts = 1;
  /// It takes part in so many rounds, the first ones.
  std::uint64_t most_rounds = std::numeric_limits<std::uint64_t>::max();
};

/// How rounds are taken.
struct RoundSetting {
  /// Decides the order within each round, see RoundOrders.
  std::uint64_t seed = 0;
  /// gpu_time: a round in which launches show is taken again as a whole and in the same order, so many times over all
  /// rounds. What still shows is kept.
  std::uint64_t repeats = 0;
};

/// What rounds have brought.
struct SampledRounds {
  std::uint64_t rounds = 0;
  /// Of each operator one sample a round, as far as it took part.
  std::vector<std::vector<Sample>> samples;
  /// Of each round the operators in the order in which they ran.
  std::vector<std::vector<std::size_t>> orders;
};

/// Launches show in a sample of GPU time: the device may have waited for the host.
bool shows_launches(const Sample& sample, const SampleSetting& setting);

/// Samples operators on one device, in this process: each once a round and in random order, until a criterion ends it.
/// It measures, and never judges.
///
/// Keeps its events, its buffer and NVML from one set of samples to the next: make one and use it throughout. Errors of
/// an operator pass through; CudaError when the device fails.
class Sampler {
 public:
  /// Takes twice the L2 of device memory. Throws CudaError or c10::Error.
  explicit Sampler(c10::Device device) : device_(device), facts_(device), taker_(device) {}

  /// Rounds of these operators until the criterion ends them, one at least; none where nobody takes part.
  SampledRounds sample(const std::vector<RoundOperator>& operators, const RoundSetting& setting,
                       StoppingCriterion& stopping);

  /// One round by itself: a sample of each operator that the order names, at that operator's position.
  std::vector<Sample> take_round(const std::vector<RoundOperator>& operators, const std::vector<std::size_t>& order);

  c10::Device device() const { return device_; }
  const DeviceFacts& facts() const { return facts_; }
  /// Takes single samples, which warm an operator up or show how long it takes.
  SampleTaker& taker() { return taker_; }

 private:
  Sample take_sample(const RoundOperator& one);

  c10::Device device_;
  DeviceFacts facts_;
  SampleTaker taker_;
};

}  // namespace attngate

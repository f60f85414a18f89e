#pragma once

#include <c10/core/Device.h>

#include <cstdint>

#include "attngate/timing/cache_flush.h"
#include "attngate/timing/clock_probe.h"
#include "attngate/timing/covered_stretches.h"
#include "attngate/timing/samples.h"
#include "attngate/timing/stopwatch.h"
#include "attngate/timing/timed_operator.h"

namespace attngate {

/// How one sample is taken.
struct SampleSetting {
  Quantity quantity = Quantity::gpu_time;
  std::uint64_t calls = 1;
  /// gpu_time: how long the device is kept busy while the host queues the calls, or what lies between two waits, in us; at most
  /// longest_cover_us.
  double cover_us = 0;
  bool flush_cache = true;

  /// Half again as long a cover, up to `most_us` and longest_cover_us: for a sample in which launches showed.
  void lengthen_cover(double most_us);
};

/// Longest time for which the device is kept busy ahead of gpu_time. 10 ms: twice what the host takes for 64 calls whose
/// launches take 78 us each.
inline constexpr double longest_cover_us = 10'000;

/// Longest that the host takes to queue `calls` between two waits, or all of them where there are none, in us, by what it took
/// for one call that waits `waits` times.
double queueing_us_of_calls(double us_of_one_call, std::size_t waits, std::uint64_t calls);

/// Takes one sample at a time, each from an idle device to an idle device.
///
/// isolated_latency: for each call by itself flush, wait, start, call, stop, wait.
/// gpu_time: flush, spin, start, calls, stop, wait; the spin is long enough for the host to queue all that, and timed: it waits for
/// no one, so that nothing hangs. Where a call makes the host wait (DeviceWaits), the clock is stopped before and started behind
/// another spin after it; a wait that nobody sees shows in Sample::launches_hidden.
/// throughput: flush, wait, one call that does not count, start, calls, stop, wait.
class SampleTaker {
 public:
  /// Throws CudaError or c10::Error.
  explicit SampleTaker(c10::Device device);

  /// Errors of the operator pass through.
  Sample take(const TimedOperator& timed, const SampleSetting& setting);

  /// Of the last gpu_time sample: how often its calls made the host wait for the device.
  std::size_t waits() const { return stretches_.waits(); }
  /// Of the last gpu_time sample: the longest that the host took between two waits, or for all calls, in us.
  double longest_queueing_us() const { return stretches_.longest_queueing_us(); }

  /// Bytes that a flush writes.
  std::uint64_t flushed_bytes() const { return flush_.bytes(); }

 private:
  Sample take_isolated(const TimedOperator& timed, const SampleSetting& setting);
  Sample take_covered(const TimedOperator& timed, const SampleSetting& setting);
  Sample take_back_to_back(const TimedOperator& timed, const SampleSetting& setting);
  /// Starts, makes the calls, stops, and returns how long the host took for them in us; the device may still be at work.
  double time_calls(const TimedOperator& timed, std::uint64_t calls);

  c10::Device device_;
  CacheFlush flush_;
  ClockProbe probe_;
  Stopwatch stopwatch_;
  CoveredStretches stretches_;
};

}  // namespace attngate

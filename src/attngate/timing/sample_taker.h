#pragma once

#include <c10/core/Device.h>

#include <cstdint>

#include "attngate/samples/samples.h"
#include "attngate/timing/cache_flush.h"
#include "attngate/timing/clock_probe.h"
#include "attngate/timing/held_stretches.h"
#include "attngate/timing/stopwatch.h"
#include "attngate/timing/timed_operator.h"

namespace attngate {

/// How one sample is taken.
struct SampleSetting {
  Quantity quantity = Quantity::gpu_time;
  std::uint64_t calls = 1;
  bool flush_cache = true;
  /// gpu_time: look for waits; to be left out for an operator that has shown none, since it costs the host time. One
  /// that it makes after all is a wait that nobody sees.
  bool watch_waits = true;
  /// gpu_time: the device is held at most so long while the host queues the calls, or what lies between two waits, in
  /// us. 10 ms: twice what the host takes for 64 calls whose launches take 78 us each. An operator that waits unseen
  /// takes so long.
  double longest_hold_us = 10'000;
};

/// Takes one sample at a time, each from an idle device to an idle device.
///
/// isolated_latency: for each call by itself flush, wait, start, call, stop, wait.
/// gpu_time: flush, hold the device, start, calls, stop, let it go, wait (DeviceHold). Where a call makes the host wait
/// (DeviceWaits), the clock is stopped and the device let go before, and it is held again after it; a wait that nobody
/// sees shows in Sample::launches_hidden. throughput: flush, wait, one call that does not count, start, calls, stop,
/// wait.
class SampleTaker {
 public:
  /// Throws CudaError or c10::Error.
  explicit SampleTaker(c10::Device device);

  /// Errors of the operator pass through.
  Sample take(const TimedOperator& timed, const SampleSetting& setting);

  /// Of the last gpu_time sample: how often its calls made the host wait for the device.
  std::size_t waits() const { return stretches_.waits(); }

  /// Bytes that a flush writes.
  std::uint64_t flushed_bytes() const { return flush_.bytes(); }

 private:
  Sample take_isolated(const TimedOperator& timed, const SampleSetting& setting);
  Sample take_held(const TimedOperator& timed, const SampleSetting& setting);
  Sample take_back_to_back(const TimedOperator& timed, const SampleSetting& setting);
  /// Starts, makes the calls, stops, and returns how long the host took for them in us; the device may still be at
  /// work.
  double time_calls(const TimedOperator& timed, std::uint64_t calls);

  c10::Device device_;
  CacheFlush flush_;
  ClockProbe probe_;
  Stopwatch stopwatch_;
  HeldStretches stretches_;
};

}  // namespace attngate

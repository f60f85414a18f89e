#pragma once

#include <c10/core/Device.h>

#include <chrono>
#include <cstdint>
#include <memory>

#include "attngate/timing/spin_kernel.h"

namespace attngate {

/// Keeps a device busy with nothing until the host lets it go, so that what is queued meanwhile runs without waiting
/// for the host.
///
/// A spin of one thread that looks at a word of the host's memory, and at the device's clock: it ends by itself after
/// `most_us`, so that nothing hangs where the host waits for the device before it lets go. Does nothing on the CPU,
/// which has no queue.
class DeviceHold {
 public:
  /// Throws CudaError when there is no memory for the word.
  explicit DeviceHold(c10::Device device);
  /// Lets go of whatever is held.
  ~DeviceHold();
  DeviceHold(const DeviceHold&) = delete;
  DeviceHold& operator=(const DeviceHold&) = delete;

  /// Queues the spin on the current stream, which must outlive this: at least `least_us`, at most `most_us`. Fills in
  /// `reading` when it ends, unless that is null. Throws CudaError.
  void hold(double least_us, double most_us, SpinReading* reading = nullptr);

  /// Ends it, some 10 us from now, and returns whether that is before it would end by itself.
  bool let_go();

 private:
  using Clock = std::chrono::steady_clock;

  c10::Device device_;
  std::shared_ptr<std::uint64_t> released_;  ///< in pinned memory; null on the CPU
  std::uint64_t ticket_ = 0;
  void* stream_ = nullptr;  ///< of the last hold, once there was one
  Clock::time_point ends_by_itself_;
};

}  // namespace attngate

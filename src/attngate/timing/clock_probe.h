#pragma once

#include <c10/core/Device.h>

#include <memory>
#include <optional>

#include "attngate/timing/device_hold.h"
#include "attngate/timing/spin_kernel.h"

namespace attngate {

/// Shortest spin, in us, that reads the clock within 2 % even where the global timer goes on by 1 us at a time.
inline constexpr double clock_reading_us = 50;

/// A spin that reads the clock of the multiprocessor that it runs on: the clock that work queued behind it will meet.
class ClockProbe {
 public:
  /// Throws CudaError when there is no memory for the reading.
  explicit ClockProbe(c10::Device device);

  /// Queues a spin of `us` on the current stream; does nothing on the CPU. Any earlier one must have ended. Throws
  /// CudaError.
  void spin(double us);

  /// Queues `hold`, no shorter than `least_us`; else the same.
  void spin_while_held(DeviceHold& hold, double least_us, double most_us);

  /// Cycles by time of the last spin, in MHz; the device must have finished it. Empty on the CPU and before any spin.
  std::optional<double> sm_mhz() const;

  /// All that the last spin saw; null on the CPU.
  const SpinReading* reading() const { return reading_.get(); }

 private:
  c10::Device device_;
  std::shared_ptr<SpinReading> reading_;  ///< in pinned memory; null on the CPU
};

}  // namespace attngate

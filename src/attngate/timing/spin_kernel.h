#pragma once

#include <cstdint>

namespace attngate {

/// What a spin saw of a device's two clocks; lives in memory that host and device both see.
struct SpinReading {
  /// Its length by the device's global timer.
  std::uint64_t nanoseconds;
  /// Its length in cycles of the multiprocessor that it ran on.
  std::uint64_t cycles;
  /// Smallest step in ns by which the global timer was seen to go on: its resolution.
  std::uint64_t timer_step;
};

/// Launches, on a CUDA stream (a cudaStream_t), one thread that returns once the device's global timer has gone on by
/// `nanoseconds`, and then fills in `reading` unless that is null. Throws CudaError.
void launch_spin(std::uint64_t nanoseconds, SpinReading* reading, void* stream);

}  // namespace attngate

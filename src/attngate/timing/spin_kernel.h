#pragma once

#include <cstdint>

namespace attngate {

/// What a spin saw of a device's two clocks; lives in memory that host and device both see.
struct SpinReading {
  /// Its length by the device's global timer.
  std::uint64_t nanoseconds;
  /// Its length in cycles of the multiprocessor that it ran on.
  std::uint64_t cycles;
  /// Smallest step in ns by which the global timer was seen to go on: its resolution, or the time from one look to the
  /// next.
  std::uint64_t timer_step;
};

/// Launches, on a CUDA stream (a cudaStream_t), one thread that returns once the device's global timer has gone on by
/// `nanoseconds`, and then fills in `reading` unless that is null. Throws CudaError.
void launch_spin(std::uint64_t nanoseconds, SpinReading* reading, void* stream);

/// When a spin ends that the host may end.
struct HeldSpin {
  /// In memory that host and device both see: the spin is released once it is `ticket` or more.
  const std::uint64_t* released;
  std::uint64_t ticket;
  /// Not before so long, released or not.
  std::uint64_t least_nanoseconds;
  /// At the latest after so long, released or not.
  std::uint64_t most_nanoseconds;
  /// So much longer than until it saw that it is released.
  std::uint64_t settling_nanoseconds;
};

/// As launch_spin(), for a thread that returns when `held` says so.
void launch_held_spin(const HeldSpin& held, SpinReading* reading, void* stream);

}  // namespace attngate

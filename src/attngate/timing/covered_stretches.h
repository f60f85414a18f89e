#pragma once

#include <c10/core/Device.h>

#include <chrono>
#include <cstddef>
#include <deque>

#include "attngate/timing/clock_probe.h"
#include "attngate/timing/stopwatch.h"

namespace attngate {

/// GPU time of work that the host queues in one stretch, or in several with waits for the device between them.
///
/// Each stretch is queued behind a spin of its own, so that the device never waits for the host, and timed by its own events;
/// spins, waits and the copies that the host waits for are no part of the time. An event pair adds about 1 us a stretch.
class CoveredStretches {
 public:
  /// Throws CudaError.
  explicit CoveredStretches(c10::Device device);

  /// Forgets the last work, spins `cover_us` on the probe, and opens the first stretch.
  void begin(ClockProbe& probe, double cover_us);
  /// Closes the stretch: the host is about to wait, or all is queued.
  void end_stretch();
  /// The host has waited: spins, and opens the next stretch.
  void begin_next();

  /// Sum of the stretches' times in us; the device must have finished them (synchronize first). Throws CudaError.
  double elapsed_us() const;
  /// Waits so far.
  std::size_t waits() const { return stretches_ == 0 ? 0 : stretches_ - 1; }
  /// Longest that the host took to queue one stretch, in us.
  double longest_queueing_us() const { return longest_queueing_us_; }
  /// The host had queued each stretch before its spin was over. The CPU has no queue to run dry.
  bool launches_hidden() const { return hidden_; }

 private:
  using Clock = std::chrono::steady_clock;
  void open(Clock::time_point covered_since);

  c10::Device device_;
  std::deque<Stopwatch> watches_;
  std::size_t stretches_ = 0;
  double cover_us_ = 0;
  Clock::time_point covered_since_, opened_;
  double longest_queueing_us_ = 0;
  bool hidden_ = true;
};

}  // namespace attngate

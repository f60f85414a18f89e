#pragma once

#include <c10/core/Device.h>

#include <cstddef>
#include <deque>

#include "attngate/timing/clock_probe.h"
#include "attngate/timing/device_hold.h"
#include "attngate/timing/stopwatch.h"

namespace attngate {

/// GPU time of work that the host queues in one stretch, or in several with waits for the device between them.
///
/// Each stretch is queued while the device is held, so that it never waits for the host, and timed by its own events;
/// holds, waits and the copies that the host waits for are no part of the time. An event pair adds about 1 us a
/// stretch.
class HeldStretches {
 public:
  /// Throws CudaError.
  explicit HeldStretches(c10::Device device);

  /// Forgets the last work, holds the device, `longest_hold_us` at most each time, while the probe reads its clock, and
  /// opens the first stretch.
  void begin(ClockProbe& probe, double longest_hold_us);
  /// Closes the stretch and lets the device go: the host is about to wait, or all is queued.
  void end_stretch();
  /// The host has waited: holds the device again, and opens the next stretch.
  void begin_next();

  /// Lets the device go where an error ends the work in mid-stretch.
  void abandon() { hold_.let_go(); }

  /// Sum of the stretches' times in us; the device must have finished them (synchronize first). Throws CudaError.
  double elapsed_us() const;
  /// Waits so far.
  std::size_t waits() const { return stretches_ == 0 ? 0 : stretches_ - 1; }
  /// The host had queued each stretch before the device was no longer held. The CPU has no queue to run dry.
  bool launches_hidden() const { return hidden_; }

 private:
  void open();

  c10::Device device_;
  DeviceHold hold_;
  std::deque<Stopwatch> watches_;
  std::size_t stretches_ = 0;
  double longest_hold_us_ = 0;
  bool hidden_ = true;
};

}  // namespace attngate

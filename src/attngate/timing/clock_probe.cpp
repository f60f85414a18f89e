#include "attngate/timing/clock_probe.h"

#include <cmath>

#include "attngate/timing/cuda_parts.h"
#include "attngate/values/device_stream.h"

namespace attngate {

ClockProbe::ClockProbe(c10::Device device) : device_(device) {
  if (device.is_cuda()) reading_ = make_pinned_reading();
}

void ClockProbe::spin(double us) {
  if (!reading_) return;
  *reading_ = {};
  launch_spin(static_cast<std::uint64_t>(std::llround(1e3 * us)), reading_.get(), current_stream(device_));
}

void ClockProbe::spin_while_held(DeviceHold& hold, double least_us, double most_us) {
  if (reading_) *reading_ = {};
  hold.hold(least_us, most_us, reading_.get());
}

std::optional<double> ClockProbe::sm_mhz() const {
  if (!reading_ || reading_->nanoseconds == 0) return std::nullopt;
  return 1e3 * static_cast<double>(reading_->cycles) / static_cast<double>(reading_->nanoseconds);
}

}  // namespace attngate

#include "attngate/timing/held_stretches.h"

namespace attngate {

HeldStretches::HeldStretches(c10::Device device) : device_(device), hold_(device) {}

void HeldStretches::begin(ClockProbe& probe, double longest_hold_us) {
  stretches_ = 0;
  longest_hold_us_ = longest_hold_us;
  hidden_ = true;
  probe.spin_while_held(hold_, clock_reading_us, longest_hold_us);
  open();
}

void HeldStretches::open() {
  if (stretches_ == watches_.size()) watches_.emplace_back(device_);
  watches_[stretches_++].start();
}

void HeldStretches::begin_next() {
  hold_.hold(/*least_us=*/0, longest_hold_us_);
  open();
}

void HeldStretches::end_stretch() {
  watches_[stretches_ - 1].stop();
  hidden_ = hold_.let_go() && hidden_;
}

double HeldStretches::elapsed_us() const {
  double us = 0;
  for (std::size_t stretch = 0; stretch < stretches_; ++stretch) us += watches_[stretch].elapsed_us();
  return us;
}

}  // namespace attngate

#include "attngate/timing/covered_stretches.h"

namespace attngate {
namespace {

// A hold that reads the clock within 2 % even where the global timer goes on by 1 us at a time.
constexpr double clock_reading_us = 50;

}  // namespace

CoveredStretches::CoveredStretches(c10::Device device) : device_(device), hold_(device) {}

void CoveredStretches::begin(ClockProbe& probe, double longest_hold_us) {
  stretches_ = 0;
  longest_hold_us_ = longest_hold_us;
  hidden_ = true;
  probe.spin_while_held(hold_, clock_reading_us, longest_hold_us);
  open();
}

void CoveredStretches::open() {
  if (stretches_ == watches_.size()) watches_.emplace_back(device_);
  watches_[stretches_++].start();
}

void CoveredStretches::begin_next() {
  hold_.hold(/*least_us=*/0, longest_hold_us_);
  open();
}

void CoveredStretches::end_stretch() {
  watches_[stretches_ - 1].stop();
  hidden_ = hold_.let_go() && hidden_;
}

double CoveredStretches::elapsed_us() const {
  double us = 0;
  for (std::size_t stretch = 0; stretch < stretches_; ++stretch) us += watches_[stretch].elapsed_us();
  return us;
}

}  // namespace attngate

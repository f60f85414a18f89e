#include "attngate/timing/covered_stretches.h"

#include <algorithm>

#include "attngate/timing/spin.h"

namespace attngate {
namespace {

double us_between(std::chrono::steady_clock::time_point begin, std::chrono::steady_clock::time_point end) {
  return std::chrono::duration<double, std::micro>(end - begin).count();
}

}  // namespace

CoveredStretches::CoveredStretches(c10::Device device) : device_(device) {}

void CoveredStretches::begin(ClockProbe& probe, double cover_us) {
  stretches_ = 0;
  cover_us_ = cover_us;
  longest_queueing_us_ = 0;
  hidden_ = true;
  const Clock::time_point covered_since = Clock::now();  // the spin begins after this: it covers more than is counted on
  probe.spin(cover_us);
  open(covered_since);
}

void CoveredStretches::open(Clock::time_point covered_since) {
  if (stretches_ == watches_.size()) watches_.emplace_back(device_);
  covered_since_ = covered_since;
  watches_[stretches_++].start();
  opened_ = Clock::now();
}

void CoveredStretches::begin_next() {
  const Clock::time_point covered_since = Clock::now();
  spin(device_, cover_us_);
  open(covered_since);
}

void CoveredStretches::end_stretch() {
  watches_[stretches_ - 1].stop();
  const Clock::time_point queued = Clock::now();
  longest_queueing_us_ = std::max(longest_queueing_us_, us_between(opened_, queued));
  hidden_ = hidden_ && (!device_.is_cuda() || us_between(covered_since_, queued) < cover_us_);
}

double CoveredStretches::elapsed_us() const {
  double us = 0;
  for (std::size_t stretch = 0; stretch < stretches_; ++stretch) us += watches_[stretch].elapsed_us();
  return us;
}

}  // namespace attngate

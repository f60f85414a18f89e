#include "attngate/decision/decision_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace attngate {
namespace {

// Enough digits to tell the interval's ends apart, at most 4: 2.31, 1.0042.
int decimals_for(const Bound& bound, const MedianEstimate& log_ratio) {
  const double lower = shown_ratio(bound, log_ratio.lower);
  const double width = std::abs(shown_ratio(bound, log_ratio.upper) - lower);
  const int least = bound.kind == BoundKind::upper_ratio ? 3 : 2;
  if (!(width > 0)) return least;
  return std::clamp(static_cast<int>(std::ceil(-std::log10(width))), least, 4);
}

/// "(2.29 to 2.33)"; an interval that covers less than 95 % says so.
std::string interval_text(const Bound& bound, const MedianEstimate& log_ratio, int decimals) {
  if (log_ratio.count < 2) return "";
  const double one = shown_ratio(bound, log_ratio.lower);
  const double other = shown_ratio(bound, log_ratio.upper);
  const std::string coverage =
      log_ratio.coverage >= 0.95 ? "" : fmt::format("{:.0f} % interval ", std::floor(100 * log_ratio.coverage));
  return fmt::format(" ({}{:.{}f} to {:.{}f})", coverage, std::min(one, other), decimals, std::max(one, other),
                     decimals);
}

std::string of_the_base(const GateSubject& subject) {
  return subject.base == "itself" ? "its own " + subject.measured : subject.base + "'s " + subject.measured;
}

std::string measured_text(const GateSubject& subject, const Bound& bound, const MedianEstimate& log_ratio) {
  const int decimals = decimals_for(bound, log_ratio);
  const std::string ratio = fmt::format("{:.{}f}", shown_ratio(bound, log_ratio.median), decimals);
  const std::string interval = interval_text(bound, log_ratio, decimals);
  switch (bound.kind) {
    case BoundKind::upper_ratio:
      return fmt::format("{} takes {} of {}{}", subject.candidate, ratio, of_the_base(subject), interval);
    case BoundKind::required_speedup:
      return fmt::format("{} is {} times as fast as {}{}", subject.candidate, ratio, subject.base, interval);
    case BoundKind::floor:
      return fmt::format("{} reaches {} of {}{}", subject.candidate, ratio, subject.base, interval);
  }
  return "";
}

std::string bound_text(const Bound& bound) {
  return bound.kind == BoundKind::upper_ratio ? fmt::format("at most {} allowed", bound.value)
                                              : fmt::format("at least {} required", bound.value);
}

}  // namespace

std::string headroom_text(double headroom) {
  const double percent = 100 * headroom;
  return fmt::format("{:.{}f} %", percent, std::abs(percent) < 10 ? 1 : 0);
}

bool within_noise(const Decision& decision) {
  const MedianEstimate& log_ratio = decision.log_ratio();
  if (decision.verdict != GateVerdict::pass || log_ratio.count == 0) return false;
  const double one = headroom(decision.bound, log_ratio.lower), other = headroom(decision.bound, log_ratio.upper);
  return headroom(decision.bound, log_ratio.median) < 0 || (log_ratio.count > 1 && std::min(one, other) < 0);
}

std::string decision_line(const GateSubject& subject, const Decision& decision) {
  const MedianEstimate& log_ratio = decision.log_ratio();
  const std::string measured =
      log_ratio.count == 0 ? fmt::format("nothing measured of {} against {}", subject.candidate, subject.base)
                           : measured_text(subject, decision.bound, log_ratio) + ", " + bound_text(decision.bound);
  const bool noise = within_noise(decision);
  const bool noteworthy = decision.verdict != GateVerdict::pass || decision.screen.flagged();
  return measured + (noise ? "; within noise of the bound" : "") + (noteworthy ? "; " + decision.reason : "");
}

}  // namespace attngate

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

std::string interval_text(const Bound& bound, const MedianEstimate& log_ratio, int decimals) {
  if (log_ratio.count < 2) return "";
  const double one = shown_ratio(bound, log_ratio.lower);
  const double other = shown_ratio(bound, log_ratio.upper);
  const double percent = log_ratio.coverage >= 0.95 ? 95 : std::floor(100 * log_ratio.coverage);
  return fmt::format(" ({:.0f} % interval {:.{}f} to {:.{}f})", percent, std::min(one, other), decimals,
                     std::max(one, other), decimals);
}

std::string measured_text(const GateSubject& subject, const Bound& bound, const MedianEstimate& log_ratio) {
  const int decimals = decimals_for(bound, log_ratio);
  const std::string ratio = fmt::format("{:.{}f}", shown_ratio(bound, log_ratio.median), decimals);
  const std::string interval = interval_text(bound, log_ratio, decimals);
  switch (bound.kind) {
    case BoundKind::upper_ratio:
      return fmt::format("{} takes {}x {}{}", subject.candidate, ratio, subject.base, interval);
    case BoundKind::required_speedup:
      return fmt::format("{} is {}x {}{}", subject.candidate, ratio, subject.base, interval);
    case BoundKind::floor:
      return fmt::format("{} reaches {} of {}{}", subject.candidate, ratio, subject.base, interval);
  }
  return "";
}

std::string bound_text(const Bound& bound) {
  switch (bound.kind) {
    case BoundKind::upper_ratio:
      return fmt::format("bound at most {}x", bound.value);
    case BoundKind::required_speedup:
      return fmt::format("bound {}x", bound.value);
    case BoundKind::floor:
      return fmt::format("bound at least {}", bound.value);
  }
  return "";
}

}  // namespace

std::string headroom_text(double headroom) {
  const double percent = 100 * headroom;
  return fmt::format("{:.{}f} %", percent, std::abs(percent) < 10 ? 1 : 0);
}

std::string decision_line(const GateSubject& subject, const Decision& decision) {
  const MedianEstimate& log_ratio = decision.log_ratio();
  const std::string measured = log_ratio.count == 0
                                   ? fmt::format("{} against {}: nothing measured", subject.candidate, subject.base)
                                   : measured_text(subject, decision.bound, log_ratio);
  std::string line = fmt::format("{}, {}: {}", measured, bound_text(decision.bound), to_string(decision.verdict));
  if (decision.verdict == GateVerdict::inconclusive) return line + ": " + decision.reason;
  const double inside = headroom(decision.bound, log_ratio.median);
  line += ", headroom " + headroom_text(inside);
  const bool noteworthy = decision.verdict == GateVerdict::fail || decision.screen.flagged() || inside < 0;
  return noteworthy ? line + "; " + decision.reason : line;
}

}  // namespace attngate

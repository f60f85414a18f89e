#include "attngate/run/progress.h"

#include <fmt/format.h>

#include "attngate/base/number_text.h"

namespace attngate {
namespace {
// Ten times a second reads as continuous and costs nothing beside the cases.
constexpr double seconds_between_lines = 0.1;
}  // namespace

std::string progress_text(std::uint64_t cases, double seconds, double worst_margin) {
  const double rate = seconds > 0 ? static_cast<double>(cases) / seconds : 0;
  return fmt::format("case {}  {:.0f}/s  worst margin {}", grouped(cases), rate, margin_text(worst_margin, 2));
}

void Progress::case_checked(const CaseNews& news) {
  if (news.seconds - last_seconds_ < seconds_between_lines) return;
  last_seconds_ = news.seconds;
  line_.show(progress_text(news.report.cases(), news.seconds, news.report.worst_margin));
}

}  // namespace attngate

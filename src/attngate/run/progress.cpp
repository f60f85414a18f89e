#include "attngate/run/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

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

Progress::Progress() : terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() { clear(); }

void Progress::show(std::uint64_t cases, double seconds, double worst_margin) {
  if (!terminal_ || seconds - last_seconds_ < seconds_between_lines) return;
  last_seconds_ = seconds;
  shown_ = true;
  fmt::print(stderr, "\r{}\x1b[K", progress_text(cases, seconds, worst_margin));
  std::fflush(stderr);
}

void Progress::clear() {
  if (!shown_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace attngate

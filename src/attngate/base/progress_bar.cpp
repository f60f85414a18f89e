#include "attngate/base/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace attngate {
namespace {

constexpr std::size_t bar_width = 20;
constexpr double seconds_between_plain_lines = 10;

std::string bar(double share) {
  const auto full = static_cast<std::size_t>(std::min(share, 1.0) * bar_width);
  return "[" + std::string(full, '#') + std::string(bar_width - full, '.') + "]";
}

}  // namespace

std::string progress_bar_text(std::size_t count, std::size_t begun, std::size_t ended, std::size_t ended_before,
                              double seconds, const std::string& doing) {
  const double share = static_cast<double>(ended) / static_cast<double>(count);
  const double rate = static_cast<double>(ended - ended_before) / std::max(seconds, 1e-3);
  std::string text = fmt::format("{} {} of {}", bar(share), std::min(begun, count), count);
  if (rate > 0)
    text += fmt::format(", {:.3g}/s, {:.0f} s left", rate, static_cast<double>(count - std::min(ended, count)) / rate);
  return text + "  " + doing;
}

ProgressBar::ProgressBar(std::size_t count, std::string command, std::size_t done_before)
    : count_(std::max<std::size_t>(count, 1)),
      command_(std::move(command)),
      done_before_(done_before),
      begun_(done_before) {}

void ProgressBar::doing(const std::string& text) {
  ++begun_;
  const double now = elapsed_.seconds();
  const std::string line = progress_bar_text(count_, begun_, begun_ - 1, done_before_, now, text);
  line_.show(line);
  if (line_.on_terminal() || now - last_plain_line_ < seconds_between_plain_lines) return;
  fmt::print(stderr, "{}: {}\n", command_, line);
  last_plain_line_ = now;
}

}  // namespace attngate

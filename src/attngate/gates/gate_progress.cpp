#include "attngate/gates/gate_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace attngate {
namespace {

constexpr std::size_t bar_width = 20;
constexpr double seconds_between_plain_lines = 10;

std::string bar(double share) {
  const auto full = static_cast<std::size_t>(share * bar_width);
  return "[" + std::string(full, '#') + std::string(bar_width - full, '.') + "]";
}

}  // namespace

GateProgress::GateProgress(std::size_t count, std::string command, std::size_t done_before)
    : count_(std::max<std::size_t>(count, 1)),
      command_(std::move(command)),
      done_before_(done_before),
      begun_(done_before),
      terminal_(::isatty(STDERR_FILENO) == 1),
      started_(std::chrono::steady_clock::now()),
      last_(started_) {}

GateProgress::~GateProgress() { clear(); }

void GateProgress::doing(const std::string& text) {
  ++begun_;
  text_ = text;
  show();
}

void GateProgress::clear() {
  if (shown_) fmt::print(stderr, "\r\033[K");
  shown_ = false;
  std::fflush(stderr);
}

void GateProgress::show() {
  const auto now = std::chrono::steady_clock::now();
  const std::size_t ended = begun_ > done_before_ ? begun_ - 1 : done_before_;
  const double share = static_cast<double>(ended) / static_cast<double>(count_);
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const double rate = static_cast<double>(ended - done_before_) / std::max(seconds, 1e-3);
  std::string line = fmt::format("{} {} of {}", bar(std::min(share, 1.0)), std::min(begun_, count_), count_);
  if (rate > 0)
    line +=
        fmt::format(", {:.3g}/s, {:.0f} s left", rate, static_cast<double>(count_ - std::min(ended, count_)) / rate);
  line += "  " + text_;
  if (terminal_) {
    fmt::print(stderr, "\r\033[K{}", line);
    std::fflush(stderr);
    shown_ = true;
  } else if (std::chrono::duration<double>(now - last_).count() >= seconds_between_plain_lines) {
    fmt::print(stderr, "{}: {}\n", command_, line);
    last_ = now;
  }
}

}  // namespace attngate

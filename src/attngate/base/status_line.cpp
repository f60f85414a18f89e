#include "attngate/base/status_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace attngate {
namespace {
constexpr const char* clear_to_end = "\x1b[K";
}

StatusLine::StatusLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

StatusLine::~StatusLine() { clear(); }

void StatusLine::show(const std::string& text) {
  if (!terminal_) return;
  fmt::print(stderr, "\r{}{}", text, clear_to_end);
  std::fflush(stderr);
  shown_ = true;
}

void StatusLine::clear() {
  if (!shown_) return;
  fmt::print(stderr, "\r{}", clear_to_end);
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace attngate

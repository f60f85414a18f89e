#pragma once

#include <cstdint>
#include <string>

#include "attngate/base/status_line.h"

namespace attngate {

/// The progress line: "case 1,234  152/s  worst margin 0.31".
std::string progress_text(std::uint64_t cases, double seconds, double worst_margin);

/// Keeps that line about the run up to date.
class Progress {
 public:
  /// Rewrites the line, ten times a second at most.
  void show(std::uint64_t cases, double seconds, double worst_margin);
  /// Clears the line, so that other text can follow.
  void clear() { line_.clear(); }

 private:
  StatusLine line_;
  double last_seconds_ = 0;
};

}  // namespace attngate

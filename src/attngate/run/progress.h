#pragma once

#include <cstdint>
#include <string>

namespace attngate {

/// The progress line: "case 1,234  152/s  worst margin 0.31".
std::string progress_text(std::uint64_t cases, double seconds, double worst_margin);

/// Keeps one line about the run on stderr up to date, on a terminal only: logs stay clean.
class Progress {
 public:
  /// Shows nothing unless stderr is a terminal.
  Progress();
  /// Clears the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Rewrites the line, ten times a second at most.
  void show(std::uint64_t cases, double seconds, double worst_margin);
  /// Clears the line, so that other text can follow.
  void clear();

 private:
  bool terminal_;
  bool shown_ = false;
  double last_seconds_ = 0;
};

}  // namespace attngate

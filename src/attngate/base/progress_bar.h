#pragma once

#include <cstddef>
#include <string>

#include "attngate/base/elapsed.h"
#include "attngate/base/status_line.h"

namespace attngate {

/// What is shown of a run of so many parts, of which `begun` have begun and `ended` ended, `ended_before` of them
/// before it started: "[##########..........] 6 of 10, 2.5/s, 2 s left  screening gate.self".
std::string progress_bar_text(std::size_t count, std::size_t begun, std::size_t ended, std::size_t ended_before,
                              double seconds, const std::string& doing);

/// Tells on stderr how far a run of many parts is: a line that is kept up to date on a terminal, else a plain line
/// every ten seconds.
class ProgressBar {
 public:
  /// `command` begins plain lines; `done_before` of the count are there already.
  explicit ProgressBar(std::size_t count, std::string command, std::size_t done_before = 0);

  /// The next of the count begins: what is being done.
  void doing(const std::string& text);
  /// Takes the line away, so that other text can follow.
  void clear() { line_.clear(); }

 private:
  std::size_t count_;
  std::string command_;
  std::size_t done_before_;
  std::size_t begun_;
  StatusLine line_;
  Elapsed elapsed_;
  double last_plain_line_ = 0;
};

}  // namespace attngate

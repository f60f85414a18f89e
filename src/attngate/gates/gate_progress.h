#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace attngate {

/// Keeps one line about a long run on stderr up to date: a bar, what is going on, the rate, the time left. On a
/// terminal only; else a plain line every ten seconds.
class GateProgress {
 public:
  /// `command` begins plain lines; `done_before` of the count are there already.
  explicit GateProgress(std::size_t count, std::string command = "attngate gate", std::size_t done_before = 0);
  ~GateProgress();
  GateProgress(const GateProgress&) = delete;
  GateProgress& operator=(const GateProgress&) = delete;

  /// The next of the count begins: what is being done.
  void doing(const std::string& text);
  /// Takes the line away, so that other text can follow.
  void clear();

 private:
  void show();

  std::size_t count_;
  std::string command_;
  std::size_t done_before_;
  std::size_t begun_;
  std::string text_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point started_, last_;
};

}  // namespace attngate

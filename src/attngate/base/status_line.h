#pragma once

#include <string>

namespace attngate {

/// One line about a long run at the end of a terminal, rewritten in place. Where stderr is no terminal it shows
/// nothing: logs stay clean.
class StatusLine {
 public:
  StatusLine();
  /// Clears the line.
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  bool on_terminal() const { return terminal_; }
  /// Puts this text in the place of what is shown.
  void show(const std::string& text);
  /// Takes the line away, so that other text can follow.
  void clear();

 private:
  bool terminal_;
  bool shown_ = false;
};

}  // namespace attngate

#pragma once

#include <csignal>

namespace attngate {

/// While it lives, the first Ctrl-C or SIGTERM is noted and not obeyed, so that what was measured can be kept; a second
/// one ends the process, but for one that follows at once and is of the same stop. One at a time.
class InterruptWatch {
 public:
  InterruptWatch();
  /// Puts the earlier handlers back.
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  /// Whether one has come.
  bool interrupted() const;

 private:
  struct sigaction earlier_int_ {};
  struct sigaction earlier_term_ {};
};

}  // namespace attngate

#pragma once

#include <csignal>
#include <stdexcept>
#include <vector>

namespace attngate {

/// Signals by which a command is asked to end: Ctrl-C, a scheduler or `timeout`, a terminal that goes away.
inline constexpr int stop_signals[] = {SIGINT, SIGTERM, SIGHUP};

/// Thrown where a run was asked to stop and can go no further: what() is "stopped by SIGTERM".
class RunStopped : public std::runtime_error {
 public:
  explicit RunStopped(int signal);
  int signal() const { return signal_; }

 private:
  int signal_;
};

/// While it lives, the first of the stop signals is noted and not obeyed, so that what was finished can be kept. A
/// second one ends the process, but for one that follows within 0.3 s and is of the same stop. One at a time; signals
/// that the process ignores (nohup) stay ignored.
class StopRequest {
 public:
  StopRequest();
  /// Puts the earlier handlers back, and forgets what was noted.
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

 private:
  struct Earlier {
    int signal;
    struct sigaction action;
  };
  std::vector<Earlier> earlier_;
};

/// For signal handlers: notes a stop signal where a StopRequest lives; false where the signal is to take its usual
/// effect.
bool note_stop(int signal);

/// The signal that was noted; 0 for none.
int noted_stop();

/// Throws RunStopped where a stop was noted.
void throw_if_stopped();

/// Ends this process by the signal, as who sent it expects.
[[noreturn]] void end_by(int signal);

}  // namespace attngate

#pragma once

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "attngate/run/replay_command.h"
#include "attngate/run/run_listener.h"

namespace attngate {

/// How long one case may run. The cost limits let none take over 1 s on two CPU cores, or 50 ms on a GPU; 20 times that
/// leaves room for a machine with other work, and for the first case of a process, which loads kernels.
inline constexpr double default_case_timeout_seconds = 20;

/// While it lives, a process that dies or hangs inside a case still says which case it was, on stderr:
///
///     attngate: died by SIGABRT in case: dtype=fp16 ...
///     attngate: replay with: attngate replay --property agreement --device cuda 'dtype=fp16 ...'
///
/// SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTERM, SIGINT and SIGHUP are announced, then take their default effect.
/// Where a StopRequest lives, the first of the last three is announced ("stopped by SIGTERM in case: ...") and noted. A
/// case that runs longer than the timeout ends the process with exit code 1. Make it after anything that installs
/// signal handlers of its own (GoogleTest, LibTorch, StopRequest); one at a time, a second one throws std::logic_error.
class LastWords : public RunListener {
 public:
  /// `case_timeout_seconds`: how long one case may run; 0 for no limit (a debugger's choice).
  LastWords(RunIdentity run, double case_timeout_seconds);
  /// Puts the earlier signal handlers back.
  ~LastWords() override;
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;

  void case_begins(const std::string& line) override;
  void case_ends() override;
  /// A case that could not be checked to its end is over too.
  void run_ends(RunReport&) override { case_ends(); }

 private:
  struct Earlier {
    int signal;
    struct sigaction action;
  };

  void install_handlers();
  void watch();

  RunIdentity run_;
  double timeout_seconds_;
  std::string hang_words_;
  std::vector<Earlier> earlier_;
  std::vector<char> alternate_stack_;
  stack_t earlier_stack_{};

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  double started_ = -1;  ///< Steady-clock seconds at which the running case started; negative between cases.
  std::thread watchdog_;
};

}  // namespace attngate

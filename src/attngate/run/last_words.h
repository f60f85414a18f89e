#pragma once

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "attngate/run/replay_command.h"

namespace attngate {

/// While it lives, a process that dies or hangs inside a case still says which case it was, on stderr:
///
///     attngate: died by SIGABRT in case: dtype=fp16 ...
///     attngate: replay with: attngate replay --property agreement --device cuda 'dtype=fp16 ...'
///
/// SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTERM and SIGINT are announced, then take their default effect. A case
/// that runs longer than the timeout ends the process with exit code 1. Make it after anything that installs signal
/// handlers of its own (GoogleTest, LibTorch); one at a time, a second one throws std::logic_error.
class LastWords {
 public:
  /// `case_timeout_seconds`: how long one case may run; 0 for no limit (a debugger's choice).
  LastWords(RunIdentity run, double case_timeout_seconds);
  /// Puts the earlier signal handlers back.
  ~LastWords();
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;

  /// A case of this line starts.
  void enter(std::string_view line);
  /// It has ended.
  void leave();

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

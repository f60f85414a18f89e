#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "unit/scratch_folder.h"

namespace attngate::test {

/// How a child process ended and what it said.
struct ChildEnd {
  int exit_code = -1;  ///< -1 when a signal ended it
  int signal = 0;      ///< 0 when it ended by itself
  std::string errors;  ///< all of its stderr
};

/// A forked child that runs a function, its stderr kept; killed if it still runs when its owner goes.
class ChildProcess {
 public:
  /// The child ends with the function's return value as exit code.
  explicit ChildProcess(const std::function<int()>& body);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void send(int signal) const;
  /// To the child and its children; it has to have made itself a process group.
  void send_to_group(int signal) const;
  /// Waits for the end.
  ChildEnd wait();

 private:
  ScratchFolder folder_;
  pid_t child_ = -1;
};

/// Waits until the file holds `text`, ten seconds at most; says whether it does.
bool wait_for_text(const std::string& path, const std::string& text);

}  // namespace attngate::test

#pragma once

#include <map>
#include <string>
#include <vector>

#include "unit/run/child_process.h"

namespace attngate::test {

/// The executables under test.
inline const std::string attngate_command = ATTNGATE_COMMAND;
inline const std::string planted_command = ATTNGATE_PLANTED_COMMAND;
inline const std::string property_tests_command = ATTNGATE_PROPERTY_TESTS_COMMAND;

/// One run of an executable. It sees no ATTNGATE_* variable but the ones given here.
struct Command {
  std::string program;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment = {};
  /// Where it runs; empty for here.
  std::string folder = {};
  /// No file may grow beyond this, the kept stdout included: a full disk that is safe to have; 0 for no limit.
  std::uint64_t most_file_bytes = 0;
  /// What attngate_command does, in a fork of this process: for help and bad input, of which loading LibTorch anew
  /// would take nearly all of the time.
  bool forked = false;
  /// It and its workers are a process group of their own, as what a shell or a scheduler starts is.
  bool own_group = false;
  /// SIGALRM ends it then. 100 s: most take 5 on an idle machine, and CTest gives all of them 600.
  unsigned timeout_seconds = 100;
};

/// How it ended and what it said.
struct CommandEnd : ChildEnd {
  std::string output;
};

/// A command on its way.
class RunningCommand {
 public:
  explicit RunningCommand(const Command& command);
  void send(int signal) const { child_.send(signal); }
  /// To the command and its workers; it has to have a group of its own.
  void send_to_group(int signal) const { child_.send_to_group(signal); }
  CommandEnd wait();
  /// What it has printed so far.
  std::string output() const { return file_text(folder_ / "stdout"); }

 private:
  ScratchFolder folder_;
  ChildProcess child_;
};

/// Runs the command to its end.
CommandEnd run(const Command& command);

/// Runs the commands beside each other, four at once, to the end of the last; for those that mostly wait.
std::vector<CommandEnd> run_together(const std::vector<Command>& commands);

/// Waits until `condition` holds, a minute at most; says whether it does.
bool wait_until(const std::function<bool()>& condition);

/// "cpu" or "cuda": where the suites named ...OnDevice run; set by main().
extern std::string device;

/// `attngate_planted check` of one planted path: property agreement on `device`, seed 1.
Command check_planted(const std::string& path, std::vector<std::string> more);

/// The command printed behind "replay with", as it is printed but for the path: that one, planted.
Command printed_replay(const std::string& text, const std::string& path);

}  // namespace attngate::test

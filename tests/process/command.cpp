#include "command.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "attngate/cli/command.h"

namespace attngate::test {
namespace {

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with("ATTNGATE_")) all.emplace_back(*entry);
  }
  for (const auto& [name, value] : command.environment) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Does in this process what attngate_command does; returns its exit code.
int run_here(std::vector<std::string> arguments, std::vector<std::string> environment) {
  ::clearenv();
  for (std::string& variable : environment) ::putenv(variable.data());
  const int code = run_command(static_cast<int>(arguments.size()), pointers(arguments).data());
  std::cout.flush();
  std::fflush(nullptr);
  return code;
}

/// Becomes the command; returns only when that fails, or when the command is forked.
int become(const Command& command, const std::string& output) {
  if (::dup2(::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), STDOUT_FILENO) < 0) return 126;
  if (command.own_group) ::setpgid(0, 0);
  if (!command.folder.empty() && ::chdir(command.folder.c_str()) != 0) return 126;
  if (command.most_file_bytes > 0) {
    const rlimit limit{command.most_file_bytes, command.most_file_bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ::alarm(command.timeout_seconds);  // goes on counting behind exec
  std::vector<std::string> arguments = {command.program};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  std::vector<std::string> environment = environment_of(command);
  if (command.forked) return run_here(std::move(arguments), std::move(environment));
  ::execve(command.program.c_str(), pointers(arguments).data(), pointers(environment).data());
  return 127;
}

}  // namespace

std::string device = "cpu";

RunningCommand::RunningCommand(const Command& command) : child_([&] { return become(command, folder_ / "stdout"); }) {}

CommandEnd RunningCommand::wait() {
  CommandEnd end{child_.wait(), ""};
  end.output = file_text(folder_ / "stdout");
  return end;
}

CommandEnd run(const Command& command) {
  std::fflush(nullptr);  // else a forked command would print what waits in our buffers
  return RunningCommand(command).wait();
}

std::vector<CommandEnd> run_together(const std::vector<Command>& commands) {
  constexpr std::size_t at_once = 4;
  std::deque<RunningCommand> running;
  std::vector<CommandEnd> ends;
  for (const Command& command : commands) {
    if (running.size() - ends.size() == at_once) ends.push_back(running[ends.size()].wait());
    running.emplace_back(command);
  }
  while (ends.size() < commands.size()) ends.push_back(running[ends.size()].wait());
  return ends;
}

bool wait_until(const std::function<bool()>& condition) {
  for (int attempt = 0; attempt < 6000; ++attempt) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

Command check_planted(const std::string& path, std::vector<std::string> more) {
  std::vector<std::string> arguments = {"check",    "--property", "agreement", "--path", path,
                                        "--device", device,       "--seed",    "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return {.program = planted_command, .arguments = arguments, .environment = {{"ATTNGATE_PLANTED", path}}};
}

Command printed_replay(const std::string& text, const std::string& path) {
  const std::size_t verb = text.find(" replay --property ");
  if (verb == std::string::npos) throw std::runtime_error("no replay command is printed in: " + text);
  const std::size_t start = text.find_last_of(" \n", verb - 1) + 1;  // of the program's name
  std::string printed = text.substr(start, text.find('\n', start) - start);
  // Another path of the same case: the printed one is named behind --path.
  const std::string option = "--path ";
  if (const std::size_t name = printed.find(option); name != std::string::npos) {
    const std::size_t begin = name + option.size();
    printed.replace(begin, printed.find(' ', begin) - begin, path);
  }
  return {.program = "/bin/sh", .arguments = {"-c", "exec " + printed}, .environment = {{"ATTNGATE_PLANTED", path}}};
}

}  // namespace attngate::test

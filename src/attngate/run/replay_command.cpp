#include "attngate/run/replay_command.h"

#include <fmt/format.h>

namespace attngate {

std::string shell_quote(const std::string& text) {
  std::string quoted = "'";
  for (const char character : text) {
    if (character == '\'') {
      quoted += "'\\''";  // nothing can be escaped inside single quotes: leave them, write one, enter them again
    } else {
      quoted += character;
    }
  }
  return quoted + "'";
}

std::string replay_command(const RunIdentity& run, const std::string& line) {
  std::string more;
  for (const std::string& path : run.only) more += "--path " + path + " ";
  if (run.case_timeout_seconds > 0) more += fmt::format("--case-timeout {} ", run.case_timeout_seconds);
  return fmt::format("attngate replay --property {} --device {} {}{}", run.property, run.device, more,
                     shell_quote(line));
}

std::string ctest_replay_command(const RunIdentity& run, const std::string& line) {
  const std::string& test = run.ctest_test.empty() ? run.test : run.ctest_test;
  const std::string timeout =
      run.case_timeout_seconds > 0 ? fmt::format("ATTNGATE_CASE_TIMEOUT={} ", run.case_timeout_seconds) : "";
  return fmt::format("{}ATTNGATE_CASE={} ctest -R {} -V", timeout, shell_quote(line), shell_quote("^" + test + "$"));
}

}  // namespace attngate

#include "attngate/run/replay_command.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>

namespace attngate {
namespace {

namespace fs = std::filesystem;

/// In quotes where a shell would read it as something else.
std::string as_word(const std::string& text) {
  constexpr const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./,:@%=";
  return text.empty() || text.find_first_not_of(plain) != std::string::npos ? shell_quote(text) : text;
}

/// Whether the first program of this name on the PATH is that one.
bool is_on_the_path(const fs::path& program) {
  const char* variable = std::getenv("PATH");
  std::istringstream folders(variable == nullptr ? "" : variable);
  std::error_code error;
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path found = fs::path(folder.empty() ? "." : folder) / program.filename();
    if (fs::exists(found, error)) return fs::equivalent(found, program, error);
  }
  return false;
}

}  // namespace

std::string seen_from_here(const std::string& path) {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  if (error) return path;
  const fs::path from_here = fs::path(path).lexically_relative(here);
  const bool below = !from_here.empty() && *from_here.begin() != "..";
  return below ? from_here.string() : path;
}

std::string program_that_replays() {
  std::error_code error;
  fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return "attngate";
  if (program.filename().string().ends_with("_tests")) program.replace_filename("attngate");
  if (!fs::exists(program, error) || is_on_the_path(program)) return program.filename().string();
  const std::string seen = seen_from_here(program.string());
  return seen.find('/') == std::string::npos ? "./" + seen : seen;  // a bare name would be looked for on the PATH
}

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
  return fmt::format("{} replay --property {} --device {} {}{}", as_word(run.program), run.property, run.device, more,
                     shell_quote(line));
}

std::string ctest_replay_command(const RunIdentity& run, const std::string& line) {
  const std::string& test = run.ctest_test.empty() ? run.test : run.ctest_test;
  const std::string timeout =
      run.case_timeout_seconds > 0 ? fmt::format("ATTNGATE_CASE_TIMEOUT={} ", run.case_timeout_seconds) : "";
  const std::string folder = run.test_folder.empty() ? "" : "--test-dir " + as_word(run.test_folder) + " ";
  return fmt::format("{}ATTNGATE_CASE={} ctest {}-R {} -V", timeout, shell_quote(line), folder,
                     shell_quote("^" + test + "$"));
}

}  // namespace attngate

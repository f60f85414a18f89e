#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "attngate/base/fields.h"

namespace attngate {

/// Which test runs what where: enough to name it and to replay one of its cases.
struct RunIdentity {
  /// Name of the test, e.g. "property.agreement.fp16.cuda".
  std::string test;
  /// Property name, e.g. "agreement".
  std::string property;
  /// "cpu" or "cuda".
  std::string device;
  /// Seed of the random cases.
  std::uint64_t seed = 0;
  /// Paths that the run was narrowed to; empty for the property's own choice.
  std::vector<std::string> only = {};
  /// CTest test that runs it beside others, e.g. "property.metamorphic.fp16.cuda"; empty where `test` is CTest's.
  std::string ctest_test = {};
  /// Seconds that a case may run, where they are not the usual ones; else 0.
  double case_timeout_seconds = 0;
  /// What a shell calls the program that replays its cases; see program_that_replays().
  std::string program = "attngate";
  /// Where ctest finds its tests; empty for here.
  std::string test_folder = {};
  bool operator==(const RunIdentity&) const = default;
};

/// What a shell calls it stands in the commands that results carry.
constexpr auto describe(const RunIdentity*) {
  return fields(field("test", &RunIdentity::test), field("property", &RunIdentity::property),
                field("device.type", &RunIdentity::device), field("seed", &RunIdentity::seed).as_seed(),
                field("only", &RunIdentity::only).newer(), field("ctest_test", &RunIdentity::ctest_test).newer(),
                field("case_timeout_seconds", &RunIdentity::case_timeout_seconds).newer(),
                keyless(&RunIdentity::program), keyless(&RunIdentity::test_folder));
}

/// `text` as one word of a POSIX shell, in single quotes.
std::string shell_quote(const std::string& text);

/// What a shell in this folder calls the program that replays the cases of this one: this one itself, and of a test
/// binary the attngate beside it. Its bare name where the PATH leads to it, else its path, from here where it lies
/// below.
std::string program_that_replays();

/// A folder as a shell here names it: from here where it lies below, else in full.
std::string seen_from_here(const std::string& path);

/// The shell command that runs the case of this line alone, with the same limit: attngate replay --property ...
/// --device ... 'LINE'.
std::string replay_command(const RunIdentity& run, const std::string& line);

/// The same through CTest: ATTNGATE_CASE='LINE' ctest -R '^TEST$' -V, with ATTNGATE_CASE_TIMEOUT where it is needed.
std::string ctest_replay_command(const RunIdentity& run, const std::string& line);

}  // namespace attngate

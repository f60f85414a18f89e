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
  bool operator==(const RunIdentity&) const = default;
};

constexpr auto describe(const RunIdentity*) {
  return fields(field("test", &RunIdentity::test), field("property", &RunIdentity::property),
                field("device.type", &RunIdentity::device), field("seed", &RunIdentity::seed).as_seed(),
                field("only", &RunIdentity::only).newer(), field("ctest_test", &RunIdentity::ctest_test).newer(),
                field("case_timeout_seconds", &RunIdentity::case_timeout_seconds).newer());
}

/// `text` as one word of a POSIX shell, in single quotes.
std::string shell_quote(const std::string& text);

/// The shell command that runs the case of this line alone, with the same limit: attngate replay --property ...
/// --device ... 'LINE'.
std::string replay_command(const RunIdentity& run, const std::string& line);

/// The same through CTest: ATTNGATE_CASE='LINE' ctest -R '^TEST$' -V, with ATTNGATE_CASE_TIMEOUT where it is needed.
std::string ctest_replay_command(const RunIdentity& run, const std::string& line);

}  // namespace attngate

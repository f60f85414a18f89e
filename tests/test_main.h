#pragma once

#include <memory>
#include <optional>
#include <string>

#include "attngate/run/environment.h"

namespace attngate::test {

/// What one test binary adds to the main() that all of them share.
class TestProgram {
 public:
  virtual ~TestProgram() = default;
  /// Reads what GoogleTest left of the command line. An exit code ends the program; throws UsageError.
  virtual std::optional<int> read_arguments(int argc, char** argv) = 0;
  /// Makes what has to be there before the tests are listed or run. An exit code ends the program.
  virtual std::optional<int> prepare(const Environment&) { return std::nullopt; }
  /// Why none of the tests can run here, in one line: a skip, or a failure where a GPU is required.
  virtual std::optional<std::string> obstacle() { return std::nullopt; }
  /// Why the tests that ran are worth nothing, in one line; empty where they are.
  virtual std::string usage_error() const { return ""; }
};

/// The binary's own part, which each defines once.
std::unique_ptr<TestProgram> test_program();

/// "cpu" or "cuda", from --device=NAME or --device NAME; "cpu" without it. Throws UsageError for anything else.
std::string read_device(int argc, char** argv);

}  // namespace attngate::test

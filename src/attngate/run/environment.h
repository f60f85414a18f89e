#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "attngate/base/number_range.h"
#include "attngate/base/usage_error.h"
#include "attngate/case/attention_case.h"

namespace attngate {

/// Numbers of cases that options and variables take. A billion of them take months: more is a slip of the finger.
inline constexpr WholeRange cases_range{1, 1'000'000'000};

/// Seconds that they take. A week: the longest soak run that anyone would leave alone.
inline constexpr RealRange seconds_range{1e-3, 7 * 24 * 3600};

/// What the ATTNGATE_* variables ask for; a variable that is not set leaves its field empty.
struct Environment {
  /// ATTNGATE_CASE: run only this case.
  std::optional<AttentionCase> replay;
  /// ATTNGATE_SEED: seed of the random cases.
  std::optional<std::uint64_t> seed;
  /// True when ATTNGATE_SEED was the word `random` and `seed` was drawn here.
  bool seed_was_drawn = false;
  /// ATTNGATE_CASES: most random cases of each test.
  std::optional<std::uint64_t> max_cases;
  /// ATTNGATE_SECONDS: most seconds that the random cases of each test may take.
  std::optional<double> max_seconds;
  /// ATTNGATE_CASE_TIMEOUT: seconds after which a case counts as hung.
  std::optional<double> case_timeout_seconds;
  /// ATTNGATE_REQUIRE_GPU=1: a skip for want of a GPU becomes a failure.
  bool require_gpu = false;
  /// ATTNGATE_IN_PROCESS=1: cases are checked in this process and not in workers, for debuggers and compute-sanitizer.
  bool in_process = false;
  /// ATTNGATE_RECORD_CASES=1: every checked case goes to a file of the results folder, with its margins.
  bool record_cases = false;
  /// ATTNGATE_RESULTS: folder for results and journals, in place of the default one.
  std::optional<std::string> results_folder;
};

/// Looks up a variable; nullopt when it is not set.
using LookUp = std::function<std::optional<std::string>(const char* name)>;

/// Reads the variables through `look_up`. A value that is set must be valid, an empty one is not: throws UsageError
/// naming the variable, the value and what is allowed, also for ATTNGATE_CASE beside a seed or a budget.
Environment read_environment(const LookUp& look_up);

/// Reads this process's environment, and prints a seed that it drew to stderr; throws UsageError.
Environment read_environment();

/// Makes the GPU that CTest handed out (CTEST_RESOURCE_GROUP_0_GPUS=id:N,slots:1) the only visible one.
///
/// Call it before anything touches CUDA. Throws UsageError when CTest's variable cannot be read.
void use_gpu_from_ctest();

}  // namespace attngate

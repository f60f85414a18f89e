#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "attngate/base/results_error.h"
#include "attngate/run/replay_command.h"
#include "attngate/run/run_report.h"
#include "attngate/verdict/verdict.h"

namespace attngate {

/// How a test ended; a RunStatus, or skipped.
enum class TestStatus { holds, failed, flaky, skipped, error };

/// "holds", "failed", "flaky", "skipped" or "error".
std::string to_string(TestStatus status);

/// Shares of the run's time, each from 0 to 1, together 1 (all 0 when no time passed).
struct TimeShares {
  double generate = 0;
  double inputs = 0;
  double reference = 0;
  double paths = 0;
  double compare = 0;
  double other = 0;
  bool operator==(const TimeShares&) const = default;
};

/// What one path did over a test.
struct PathResults {
  std::string path;
  std::uint64_t runs = 0;
  std::uint64_t refused = 0;
  double worst_margin = 0;
  std::string worst_line;
  std::map<std::string, std::uint64_t> backends;
  /// Median time in us on the random cases; 0 when it was never timed.
  double median_us = 0;
  bool operator==(const PathResults&) const = default;
};

/// How many cases had a value of a dimension: counts[dimension][bucket].
using CoverageCounts = std::map<std::string, std::map<std::string, std::uint64_t>>;

/// One path's part in the failing case.
struct OutcomeResults {
  std::string path;
  std::string backend;
  std::string status;
  double margin = 0;
  double error = 0;
  double bound = 0;
  std::string detail;
  bool operator==(const OutcomeResults&) const = default;
};

/// One failure of a test: a path's, a pair's, or nobody's in particular.
struct FailureResults {
  /// Who failed and how; empty when no path is to blame.
  std::string path;
  std::string status;
  std::string origin;
  std::uint64_t index = 0;
  std::string first_line;
  std::string first_reason;
  /// Empty when no smaller case fails, or when it was not shrunk.
  std::string shrunk_line;
  std::string shrunk_reason;
  /// Why it was not shrunk; empty when it was.
  std::string not_shrunk;
  std::uint64_t shrink_attempts = 0;
  std::uint64_t shrink_steps = 0;
  double shrink_seconds = 0;
  bool shrink_budget_ended = false;
  std::uint64_t reruns = 0;
  std::uint64_t reruns_held = 0;
  /// Shell commands that run the smallest case alone: by the tool, and by CTest.
  std::string replay;
  std::string ctest_replay;
  /// The paths on the smallest case.
  std::vector<OutcomeResults> paths;
  bool operator==(const FailureResults&) const = default;
};

/// All that one test leaves behind; docs/results.md describes its JSON form.
struct Results {
  std::string test;
  std::string property;
  std::string dtype;
  std::string device;       ///< "cpu" or "cuda"
  std::string device_name;  ///< e.g. "NVIDIA H200"
  std::string libtorch_version;
  std::string cuda_version;  ///< empty for a CPU-only LibTorch
  std::string attngate_version;
  std::uint64_t seed = 0;
  std::uint64_t max_cases = 0;
  double max_seconds = std::numeric_limits<double>::infinity();
  TestStatus status = TestStatus::error;
  std::string reason;
  std::uint64_t cases = 0;
  std::uint64_t corpus_cases = 0;
  std::uint64_t failed_cases = 0;
  std::uint64_t flaky_cases = 0;
  double cases_per_second = 0;
  double worst_margin = 0;
  std::string worst_path;
  std::string worst_line;
  std::vector<PathResults> paths;
  TimeShares shares;
  /// Results that should be the same bits, and those that were; 0 of 0 where the property expects none.
  std::uint64_t exact_pairs = 0;
  std::uint64_t exact_equal = 0;
  /// Cases by dimension and bucket (case/coverage.h), without the empty buckets.
  CoverageCounts coverage;
  /// One for each path or pair that failed.
  std::vector<FailureResults> failures;
  std::string journal;
  std::string started;  ///< UTC, ISO 8601: 2026-01-31T12:00:00Z
  double wall_seconds = 0;
  bool operator==(const Results&) const = default;
};

/// What a run knows beforehand; a test takes it when it starts.
struct RunContext {
  RunIdentity run;
  std::string dtype;
  std::string device_name;
  std::string libtorch_version;
  std::string cuda_version;
  std::string attngate_version;
  std::uint64_t max_cases = 0;
  double max_seconds = std::numeric_limits<double>::infinity();
  std::string started;
};

/// Now in UTC as ISO 8601, for `started`.
std::string utc_now();

/// The results of a run that took place.
Results make_results(const RunContext& context, const RunReport& report);

/// The results of a test that was skipped, with its reason.
Results make_skipped(const RunContext& context, const std::string& reason);

/// The file of a test's results: <folder>/<test>.json. Throws ResultsError for a test name that is no file name
/// (allowed: [A-Za-z0-9_.-], not starting with a dot).
std::string results_path(const std::string& folder, const std::string& test);

/// Writes <folder>/<test>.json, making the folder if need be, and returns its path. Readers see the old file or the new
/// one, never a part; on an error nothing is left behind and ResultsError is thrown.
std::string write_results(const std::string& folder, const Results& results);

/// What a folder of results holds.
struct ResultsFolder {
  /// Sorted by test name.
  std::vector<Results> results;
  /// One line for each file that could not be read: corrupt, of an unknown version, with a field missing.
  std::vector<std::string> errors;
};

/// Reads every .json file of the folder; throws ResultsError when the folder itself cannot be read.
ResultsFolder read_results(const std::string& folder);

}  // namespace attngate

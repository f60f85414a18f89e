#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "attngate/base/device_key.h"
#include "attngate/base/results_error.h"
#include "attngate/run/replay_command.h"
#include "attngate/run/run_report.h"

namespace attngate {

/// Shares of the run's time, each from 0 to 1, together 1 (all 0 when no time passed).
struct TimeShares {
  double generate = 0;
  double inputs = 0;
  double reference = 0;
  double paths = 0;
  double compare = 0;
  double other = 0;
};

constexpr auto describe(const TimeShares*) {
  return fields(field("generate", &TimeShares::generate), field("inputs", &TimeShares::inputs),
                field("reference", &TimeShares::reference), field("paths", &TimeShares::paths),
                field("compare", &TimeShares::compare), field("other", &TimeShares::other));
}

/// The run's shares, from what its report says of them.
TimeShares shares_of(const RunReport& report);

/// What a run knows beforehand; a test takes it when it starts.
struct RunContext {
  RunIdentity run;
  std::string dtype;
  DeviceKey device;
  std::string attngate_version;
  /// Limits of the random cases.
  std::uint64_t max_cases = 0;
  double max_seconds = std::numeric_limits<double>::infinity();
  /// UTC, ISO 8601: 2026-01-31T12:00:00Z
  std::string started;
  bool operator==(const RunContext&) const = default;
};

/// The device first, whose type the run's own stands for.
constexpr auto describe(const RunContext*) {
  return fields(field("device", &RunContext::device), inlined(&RunContext::run), field("dtype", &RunContext::dtype),
                field("versions.attngate", &RunContext::attngate_version),
                field("budget.cases", &RunContext::max_cases), field("budget.seconds", &RunContext::max_seconds),
                field("started", &RunContext::started));
}

/// All that one test leaves behind; docs/results.md describes its JSON form.
struct Results {
  RunContext context;
  RunReport report;
  bool operator==(const Results&) const = default;
};

/// Now in UTC as ISO 8601, for `started`.
std::string utc_now();

/// The file of a test's results: <folder>/<test>.json. Throws ResultsError for a test name that is no file name
/// (allowed: [A-Za-z0-9_.-], not starting with a dot).
std::string results_path(const std::string& folder, const std::string& test);

/// Writes <folder>/<test>.json, making the folder if need be, and returns its path. Readers see the old file or the new
/// one, never a part; on an error nothing is left behind and ResultsError is thrown.
std::string write_results(const std::string& folder, const Results& results);

/// A run that left a journal and no results: it died, was stopped, goes on, or could not write them.
struct UnfinishedRun {
  std::string test;
  /// Line of the last case that began; empty before the first one.
  std::string last_case;
  /// Every case ran: only the results are missing.
  bool all_cases_ran = false;
  bool operator==(const UnfinishedRun&) const = default;
};

/// Takes the results of an earlier run away, if there are any: should this one die, nothing must speak for it. Throws
/// ResultsError where they stay.
void remove_results(const std::string& folder, const std::string& test);

/// What a folder of results holds.
struct ResultsFolder {
  /// Sorted by test name. Those of an earlier run of an unfinished test are left out.
  std::vector<Results> results;
  /// Sorted by test name.
  std::vector<UnfinishedRun> unfinished;
  /// One line for each file that could not be read: corrupt, of an unknown version, with a field missing.
  std::vector<std::string> errors;
};

/// Reads every .json file and every journal of the folder, or one file: a test's results, or what `check --json` wrote.
/// Throws ResultsError when the folder itself cannot be read.
ResultsFolder read_results(const std::string& folder_or_file);

}  // namespace attngate

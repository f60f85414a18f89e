#include "attngate/report/results.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "attngate/base/atomic_file.h"
#include "attngate/report/measurements.h"
#include "attngate/report/results_json.h"
#include "attngate/report/results_list.h"

namespace attngate {
namespace {

namespace fs = std::filesystem;

TestStatus test_status(RunStatus status) {
  switch (status) {
    case RunStatus::holds:
      return TestStatus::holds;
    case RunStatus::failed:
      return TestStatus::failed;
    case RunStatus::flaky:
      return TestStatus::flaky;
    case RunStatus::inapplicable:
      return TestStatus::skipped;
    case RunStatus::error:
      break;
  }
  return TestStatus::error;
}

TimeShares shares_of(const RunReport& report) {
  const PhaseTimes& phases = report.phases;
  const double known =
      report.generate_us + phases.inputs_us + phases.reference_us + phases.paths_us + phases.compare_us;
  // Phases that overlap can exceed the wall: then they are all there is.
  const double total = std::max(known, report.loop_seconds * 1e6);
  if (!(total > 0)) return {};
  return {report.generate_us / total, phases.inputs_us / total,  phases.reference_us / total,
          phases.paths_us / total,    phases.compare_us / total, (total - known) / total};
}

CoverageCounts coverage_counts(const Coverage& coverage) {
  CoverageCounts counts;
  for (const CoverageBucket& bucket : coverage.buckets()) {
    if (bucket.count > 0) counts[bucket.dimension][bucket.bucket] = static_cast<std::uint64_t>(bucket.count);
  }
  return counts;
}

FailureResults failure_results(const RunIdentity& run, const Failure& failure) {
  FailureResults results;
  if (failure.blame) {
    results.path = failure.blame->path;
    results.status = to_string(failure.blame->status);
  }
  results.origin = to_string(failure.origin);
  results.index = failure.index;
  results.first_line = failure.first.line;
  results.first_reason = failure.first.verdict.reason;
  if (failure.shrunk) {
    results.shrunk_line = failure.shrunk->line;
    results.shrunk_reason = failure.shrunk->verdict.reason;
  }
  results.not_shrunk = failure.not_shrunk;
  results.shrink_attempts = failure.shrink_attempts;
  results.shrink_steps = failure.shrink_steps;
  results.shrink_seconds = failure.shrink_seconds;
  results.shrink_budget_ended = failure.shrink_budget_ended;
  results.reruns = failure.reruns;
  results.reruns_held = failure.reruns_held;
  results.replay = replay_command(run, failure.smallest().line);
  results.ctest_replay = ctest_replay_command(run, failure.smallest().line);
  for (const PathOutcome& outcome : failure.smallest().verdict.paths) {
    results.paths.push_back({outcome.path, outcome.backend, to_string(outcome.status), outcome.margin, outcome.error,
                             outcome.bound, outcome.detail});
  }
  return results;
}

Results results_of(const RunContext& context) {
  Results results;
  results.test = context.run.test;
  results.property = context.run.property;
  results.dtype = context.dtype;
  results.device = context.run.device;
  results.device_name = context.device_name;
  results.libtorch_version = context.libtorch_version;
  results.cuda_version = context.cuda_version;
  results.attngate_version = context.attngate_version;
  results.seed = context.run.seed;
  results.max_cases = context.max_cases;
  results.max_seconds = context.max_seconds;
  results.started = context.started;
  return results;
}

[[noreturn]] void fail(const std::string& path, const char* what, int error) {
  throw ResultsError(fmt::format("results '{}': {}: {}", path, what, std::strerror(error)));
}

}  // namespace

std::string to_string(TestStatus status) {
  switch (status) {
    case TestStatus::holds:
      return "holds";
    case TestStatus::failed:
      return "failed";
    case TestStatus::flaky:
      return "flaky";
    case TestStatus::skipped:
      return "skipped";
    case TestStatus::error:
      return "error";
  }
  return "unknown status";
}

std::string utc_now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

Results make_results(const RunContext& context, const RunReport& report) {
  Results results = results_of(context);
  results.status = test_status(report.status());
  results.reason = report.reason();
  results.cases = report.cases();
  results.corpus_cases = report.corpus_cases;
  results.failed_cases = report.failed_cases;
  results.flaky_cases = report.flaky_cases;
  results.cases_per_second = report.cases_per_second();
  results.worst_margin = report.worst_margin;
  results.worst_path = report.worst_path;
  results.worst_line = report.worst_line;
  for (const PathSummary& path : report.paths) {
    results.paths.push_back(
        {path.path, path.runs, path.refusals, path.worst_margin, path.worst_line, path.backends, path.median_us()});
  }
  results.shares = shares_of(report);
  results.exact_pairs = report.exact_pairs;
  results.exact_equal = report.exact_equal;
  results.coverage = coverage_counts(report.coverage);
  for (const Failure& failure : report.failures) results.failures.push_back(failure_results(context.run, failure));
  results.journal = report.journal_path;
  results.wall_seconds = report.wall_seconds;
  return results;
}

Results make_skipped(const RunContext& context, const std::string& reason) {
  Results results = results_of(context);
  results.status = TestStatus::skipped;
  results.reason = reason;
  return results;
}

std::string results_path(const std::string& folder, const std::string& test) {
  if (test.empty() || test.front() == '.' || test != measurement_name(test)) {
    throw ResultsError(
        fmt::format("test name '{}': allowed are the characters [A-Za-z0-9_.-], not starting with a dot", test));
  }
  return (fs::path(folder) / (test + ".json")).string();
}

std::string write_results(const std::string& folder, const Results& results) {
  const std::string path = results_path(folder, results.test);
  std::error_code made;
  fs::create_directories(folder, made);
  if (made) fail(folder, "the folder cannot be made; allowed is a writable folder", made.value());
  write_atomically(path, results_to_json(results));
  return path;
}

ResultsFolder read_results(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".json") files.push_back(entry->path());
  }
  if (error) fail(folder, "the folder cannot be read", error.value());
  std::sort(files.begin(), files.end());
  ResultsFolder result;
  for (const fs::path& file : files) {
    std::ifstream stream(file);
    std::stringstream text;
    text << stream.rdbuf();
    try {
      if (!stream) throw ResultsError("cannot be read");
      if (is_results_list(text.str())) continue;  // of `check --json`; its results have files of their own
      result.results.push_back(results_from_json(text.str()));
    } catch (const ResultsError& problem) {
      result.errors.push_back(fmt::format("results '{}': {}", file.string(), problem.what()));
    }
  }
  return result;
}

}  // namespace attngate

#include "attngate/runner/run_report.h"

#include <algorithm>

#include "attngate/runner/exit_code.h"

namespace attngate {
namespace {

PathSummary& summary_of(std::vector<PathSummary>& paths, const std::string& path) {
  const auto found = std::find_if(paths.begin(), paths.end(), [&](const PathSummary& summary) { return summary.path == path; });
  if (found != paths.end()) return *found;
  paths.emplace_back().path = path;
  return paths.back();
}

// Written so that nan, which compares with nothing, counts as worse than any number.
bool worse(double margin, double than) { return !(margin <= than) && than == than; }

void add_outcome(PathSummary& summary, const PathOutcome& outcome, const std::string& line, bool timed) {
  const bool refused = outcome.status == PathStatus::refused_as_promised;
  ++(refused ? summary.refusals : summary.runs);
  if (refused) return;
  if (!outcome.backend.empty()) ++summary.backends[outcome.backend];
  if (summary.worst_line.empty() || worse(outcome.margin, summary.worst_margin)) {
    summary.worst_margin = outcome.margin;
    summary.worst_line = line;
  }
  if (timed && outcome.time_us > 0) summary.times_us.push_back(outcome.time_us);
}

}  // namespace

std::string to_string(CaseOrigin origin) {
  switch (origin) {
    case CaseOrigin::replay: return "replay";
    case CaseOrigin::corpus: return "corpus";
    case CaseOrigin::random: return "random";
  }
  return "unknown origin";
}

std::string to_string(RunStatus status) {
  switch (status) {
    case RunStatus::holds: return "holds";
    case RunStatus::failed: return "failed";
    case RunStatus::flaky: return "flaky";
    case RunStatus::inapplicable: return "inapplicable";
    case RunStatus::error: return "error";
  }
  return "unknown status";
}

double PathSummary::median_us() const {
  if (times_us.empty()) return 0;
  std::vector<double> times = times_us;
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  if (times.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(times.begin(), middle)) / 2;
}

double RunReport::cases_per_second() const {
  return loop_seconds > 0 ? static_cast<double>(cases()) / loop_seconds : 0;
}

RunStatus RunReport::status() const {
  if (failed_cases > flaky_cases) return RunStatus::failed;
  if (failed_cases > 0) return RunStatus::flaky;
  if (!error.empty()) return RunStatus::error;
  if (cases() > 0) return RunStatus::holds;
  return inapplicable_cases > 0 ? RunStatus::inapplicable : RunStatus::error;
}

int RunReport::exit_code() const { return status() == RunStatus::holds ? exit_code::holds : exit_code::failed; }

std::string RunReport::reason() const {
  if (status() == RunStatus::inapplicable) return "nothing ran: the property does not apply (" + why_inapplicable + ")";
  if (!failure) return error;
  if (!failure->flaky()) return failure->smallest().verdict.reason;
  return "flaky: held in " + std::to_string(failure->reruns_held) + " of " + std::to_string(failure->reruns) +
         " re-runs; first: " + failure->first.verdict.reason;
}

void RunReport::add(CaseOrigin origin, const std::string& line, const Verdict& verdict) {
  switch (origin) {
    case CaseOrigin::replay: ++replayed_cases; break;
    case CaseOrigin::corpus: ++corpus_cases; break;
    case CaseOrigin::random: ++random_cases; break;
  }
  phases += verdict.phases;
  if (worst_line.empty() || worse(verdict.worst_margin, worst_margin)) {
    worst_margin = verdict.worst_margin;
    worst_path = verdict.worst_path;
    worst_line = line;
  }
  // Corpus cases are picked for their oddity: their times say nothing about the usual case.
  const bool timed = origin != CaseOrigin::corpus;
  for (const PathOutcome& outcome : verdict.paths) add_outcome(summary_of(paths, outcome.path), outcome, line, timed);
}

}  // namespace attngate

#include "attngate/run/run_report.h"

#include <algorithm>

#include "attngate/base/exit_code.h"
#include "attngate/base/joined.h"
#include "attngate/base/median.h"

namespace attngate {
namespace {

PathSummary& summary_of(std::vector<PathSummary>& paths, const std::string& path) {
  const auto found =
      std::find_if(paths.begin(), paths.end(), [&](const PathSummary& summary) { return summary.path == path; });
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
    case CaseOrigin::replay:
      return "replay";
    case CaseOrigin::corpus:
      return "corpus";
    case CaseOrigin::random:
      return "random";
  }
  return "unknown origin";
}

std::string to_string(RunStatus status) {
  switch (status) {
    case RunStatus::holds:
      return "holds";
    case RunStatus::failed:
      return "failed";
    case RunStatus::flaky:
      return "flaky";
    case RunStatus::inapplicable:
      return "skipped";
    case RunStatus::error:
      return "error";
    case RunStatus::stopped:
      return "stopped";
  }
  return "unknown status";
}

std::string to_string(RunEnd end) {
  switch (end) {
    case RunEnd::complete:
      return "complete";
    case RunEnd::case_limit:
      return "case limit";
    case RunEnd::time_limit:
      return "time limit";
    case RunEnd::failure:
      return "failure";
    case RunEnd::no_path_left:
      return "no path left";
    case RunEnd::too_few_apply:
      return "too few cases apply";
    case RunEnd::error:
      return "error";
    case RunEnd::stopped:
      return "stopped";
  }
  return "unknown end";
}

double PathSummary::median_us() const { return times_us.empty() ? 0 : median_of(times_us); }

double RunReport::cases_per_second() const {
  return loop_seconds > 0 ? static_cast<double>(cases()) / loop_seconds : 0;
}

double RunReport::overhead_share() const {
  const double useful_us = phases.paths_us + phases.reference_us;
  return useful_us > 0 && loop_seconds > 0 ? std::max(0.0, 1 - useful_us / (1e6 * loop_seconds)) : 0;
}

std::string Failure::reason() const {
  if (!flaky()) return smallest().verdict.reason;
  return "flaky: held in " + std::to_string(reruns_held) + " of " + std::to_string(reruns) +
         " re-runs; first: " + first.verdict.reason;
}

std::string Failure::summary() const {
  const std::string what = blame ? blame->path + " (" + to_string(blame->status) + ")" : reason();
  return flaky() ? what + " (flaky)" : what;
}

RunStatus RunReport::status() const {
  if (!std::ranges::all_of(failures, &Failure::flaky)) return RunStatus::failed;
  if (!failures.empty()) return RunStatus::flaky;
  if (ended_by == RunEnd::stopped) return RunStatus::stopped;
  if (!error.empty()) return RunStatus::error;
  if (cases() > 0) return RunStatus::holds;
  return inapplicable_cases > 0 ? RunStatus::inapplicable : RunStatus::error;
}

int RunReport::exit_code() const { return status() == RunStatus::holds ? exit_code::holds : exit_code::failed; }

std::string RunReport::reason() const {
  if (status() == RunStatus::inapplicable) return "nothing ran: the property does not apply (" + why_inapplicable + ")";
  if (failures.empty()) return error;
  std::string text = failures.front().reason();
  const std::string also = error.empty() ? "" : "; " + error;
  if (failures.size() == 1) return text + also;
  text += "; failed too:";
  for (std::size_t i = 1; i < failures.size(); ++i) text += (i > 1 ? ", " : " ") + failures[i].summary();
  return text + also;
}

std::string RunReport::brief_reason() const {
  if (failures.empty()) return reason();
  return joined(failures, ", ", &Failure::summary) + (error.empty() ? "" : "; " + error);
}

void RunReport::add(CaseOrigin origin, const std::string& line, const Verdict& verdict) {
  switch (origin) {
    case CaseOrigin::replay:
      ++replayed_cases;
      break;
    case CaseOrigin::corpus:
      ++corpus_cases;
      break;
    case CaseOrigin::random:
      ++random_cases;
      break;
  }
  phases += verdict.phases;
  exact_pairs += verdict.exact_pairs;
  exact_equal += verdict.exact_equal;
  add_paths(origin, line, verdict);
}

void RunReport::add_paths(CaseOrigin origin, const std::string& line, const Verdict& verdict) {
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

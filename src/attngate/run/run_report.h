#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "attngate/case/attention_case.h"
#include "attngate/case/coverage.h"
#include "attngate/verdict/blame.h"
#include "attngate/verdict/verdict.h"

namespace attngate {

/// Where a case came from.
enum class CaseOrigin { replay, corpus, random };

/// "replay", "corpus" or "random".
std::string to_string(CaseOrigin origin);

/// How a run ended.
enum class RunStatus {
  holds,         ///< every case holds, and there was at least one
  failed,        ///< a case fails each time
  flaky,         ///< a case failed, then held: a failure too, of another kind
  inapplicable,  ///< the property had nothing to say about any case; no green, but no failure of a path either
  error,         ///< nothing ran, or the run could not be drawn or recorded
  stopped        ///< asked to stop before its end; nothing had failed by then
};

/// "holds", "failed", "flaky", "skipped" (inapplicable), "error" or "stopped".
std::string to_string(RunStatus status);

/// What ended a run.
enum class RunEnd {
  complete,       ///< there was nothing more to do: one case was replayed, or no random case was asked for
  case_limit,     ///< as many random cases as were asked for
  time_limit,     ///< the time for random cases was over
  failure,        ///< the first failure, where it is to end the run, or one that no single path is to blame for
  no_path_left,   ///< every path had failed
  too_few_apply,  ///< the property has something to say about fewer than one drawn case in 20
  error,          ///< nothing more could be drawn or checked
  stopped         ///< a signal asked it to stop
};

/// "complete", "case limit", "time limit", "failure", "no path left", "too few cases apply", "error" or "stopped".
std::string to_string(RunEnd end);

/// A case with what was said of it.
struct CheckedCase {
  AttentionCase value;
  std::string line;
  Verdict verdict;
  bool operator==(const CheckedCase&) const = default;
};

/// The first case in which a path failed and the smallest one in which it still does.
struct Failure {
  /// Who failed, and how; nullopt when no path is to blame (an exception of the property, say).
  std::optional<Blame> blame;
  CaseOrigin origin = CaseOrigin::random;
  /// Which case of its origin, from 0; with the seed it names a random case.
  std::uint64_t index = 0;
  CheckedCase first;
  /// How often the same case was run again, and how often it then held: above 0 it is flaky.
  std::uint64_t reruns = 0;
  std::uint64_t reruns_held = 0;
  /// Empty when no smaller case fails, or when it was not shrunk.
  std::optional<CheckedCase> shrunk;
  /// Why it was not shrunk; empty when it was.
  std::string not_shrunk;
  /// Candidates run, how many of them were taken, and the time in s.
  std::uint64_t shrink_attempts = 0;
  std::uint64_t shrink_steps = 0;
  double shrink_seconds = 0;
  /// The budget ended the shrinking: a smaller case may exist.
  bool shrink_budget_ended = false;

  bool flaky() const { return reruns_held > 0; }
  /// One line: why the case to look at fails, or that it is flaky.
  std::string reason() const;
  /// Who failed and how, in a few words: "nn_mha_fast.flash (wrong result)".
  std::string summary() const;
  /// The case to look at: the shrunk one, else the first.
  const CheckedCase& smallest() const { return shrunk ? *shrunk : first; }
  bool operator==(const Failure&) const = default;
};

/// Cases and blame are written by report/results_json.cpp, in brief.
constexpr auto describe(const Failure*) {
  return fields(keyless(&Failure::blame), field("origin", &Failure::origin), field("index", &Failure::index),
                keyless(&Failure::first), keyless(&Failure::shrunk), field("not_shrunk", &Failure::not_shrunk),
                field("shrinking.attempts", &Failure::shrink_attempts),
                field("shrinking.steps", &Failure::shrink_steps), field("shrinking.seconds", &Failure::shrink_seconds),
                field("shrinking.budget_ended", &Failure::shrink_budget_ended), field("reruns", &Failure::reruns),
                field("reruns_held", &Failure::reruns_held));
}

/// What one path did over a whole run.
struct PathSummary {
  std::string path;
  /// Cases on which it ran or raised an undeclared error, and cases that it refused as promised.
  std::uint64_t runs = 0;
  std::uint64_t refusals = 0;
  double worst_margin = 0;
  /// The case that gave it.
  std::string worst_line;
  /// How often each SDPA backend was seen to run.
  std::map<std::string, std::uint64_t> backends;
  /// Its times in us on the random (or replayed) cases.
  std::vector<double> times_us;

  /// Median of times_us; 0 when there are none.
  double median_us() const;
  bool operator==(const PathSummary&) const = default;
};

/// Of its times the median is written, by report/results_json.cpp.
constexpr auto describe(const PathSummary*) {
  return fields(field("path", &PathSummary::path), field("runs", &PathSummary::runs),
                field("refused", &PathSummary::refusals), field("worst_margin.value", &PathSummary::worst_margin),
                field("worst_margin.line", &PathSummary::worst_line), field("backends", &PathSummary::backends),
                keyless(&PathSummary::times_us));
}

/// What for_all() saw: evaluations for shrinking and flaky re-runs are left out of all counts but `wall_seconds`.
struct RunReport {
  std::uint64_t replayed_cases = 0;
  std::uint64_t corpus_cases = 0;
  std::uint64_t random_cases = 0;
  /// Drawn or given cases that the property had nothing to say about; not in cases().
  std::uint64_t inapplicable_cases = 0;
  /// Why the last of them did not apply.
  std::string why_inapplicable;
  /// In order of first appearance.
  std::vector<PathSummary> paths;
  /// What the checked cases were like.
  Coverage coverage;
  /// Results that should be the same bits, and those that were, see Verdict.
  std::uint64_t exact_pairs = 0;
  std::uint64_t exact_equal = 0;
  /// Host time in us that drawing the random cases took.
  double generate_us = 0;
  /// Host time of all cases by phase.
  PhaseTimes phases;
  /// Time in s from the first case to the last.
  double loop_seconds = 0;
  /// The same with re-runs and shrinking.
  double wall_seconds = 0;
  double worst_margin = 0;
  std::string worst_path;
  std::string worst_line;
  /// What was said of the replayed case at first; empty where none was replayed, or nothing applied.
  std::optional<Verdict> replayed;
  /// One for each path or pair that failed, in the order in which they did.
  std::vector<Failure> failures;
  /// Cases that failed, flaky ones included; a case counts once, however many paths fail on it.
  std::uint64_t failed_cases = 0;
  std::uint64_t flaky_cases = 0;
  RunEnd ended_by = RunEnd::complete;
  /// Empty when there is no journal.
  std::string journal_path;
  /// Why the run counts as an error: nothing ran, nothing applied, the generator threw, the journal could not be
  /// written; or who stopped it. Else empty.
  std::string error;

  std::uint64_t cases() const { return replayed_cases + corpus_cases + random_cases; }
  /// Checked cases a second, each counted once with all its paths.
  double cases_per_second() const;
  /// Share of the run's time that went into anything but the paths and the reference; 0 where they were not timed.
  double overhead_share() const;
  RunStatus status() const;
  /// exit_code::holds, or exit_code::failed.
  int exit_code() const;
  /// One line: why the run does not hold; empty when it does.
  std::string reason() const;
  /// The same for who has the failure reports before him: whom they are about, without what they say.
  std::string brief_reason() const;

  /// Adds one case to the counts, the paths and the phases.
  void add(CaseOrigin origin, const std::string& line, const Verdict& verdict);
  /// Adds what more paths did on a case that is counted already.
  void add_paths(CaseOrigin origin, const std::string& line, const Verdict& verdict);
  bool operator==(const RunReport&) const = default;
};

/// Paths, failures and coverage are written by report/results_json.cpp.
constexpr auto describe(const RunReport*) {
  return fields(
      field("replayed_cases", &RunReport::replayed_cases).newer(), field("corpus_cases", &RunReport::corpus_cases),
      field("random_cases", &RunReport::random_cases).newer(),
      field("inapplicable_cases", &RunReport::inapplicable_cases).newer(),
      field("why_inapplicable", &RunReport::why_inapplicable).newer(), field("failed_cases", &RunReport::failed_cases),
      field("flaky_cases", &RunReport::flaky_cases), field("worst_margin.value", &RunReport::worst_margin),
      field("worst_margin.path", &RunReport::worst_path), field("worst_margin.line", &RunReport::worst_line),
      field("exact.pairs", &RunReport::exact_pairs), field("exact.equal", &RunReport::exact_equal),
      field("generate_us", &RunReport::generate_us).newer(), field("phases", &RunReport::phases).newer(),
      field("loop_seconds", &RunReport::loop_seconds).newer(), field("wall_seconds", &RunReport::wall_seconds),
      field("ended_by", &RunReport::ended_by).newer(), field("journal", &RunReport::journal_path),
      field("error", &RunReport::error).newer(), keyless(&RunReport::paths), keyless(&RunReport::coverage),
      keyless(&RunReport::replayed), keyless(&RunReport::failures));
}

}  // namespace attngate

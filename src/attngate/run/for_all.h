#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "attngate/case/attention_case.h"
#include "attngate/run/case_checker.h"
#include "attngate/run/run_listener.h"
#include "attngate/run/run_report.h"
#include "attngate/run/shrink_search.h"

namespace attngate {

/// Random case number `index`, a function of the index alone (the seed is inside): same index, same case.
using Draw = std::function<AttentionCase(std::uint64_t index)>;

/// A case with its smaller neighbours; may be empty, then nothing is shrunk.
using Shrinks = std::function<rc::Shrinkable<AttentionCase>(const AttentionCase&)>;

/// What for_all() runs, for how long, and whom it tells.
struct ForAllOptions {
  /// Known cases, run before the random ones and outside their budget.
  std::vector<AttentionCase> corpus;
  /// Only this case runs, once and twice again if it fails; it is not shrunk.
  std::optional<AttentionCase> replay;
  /// Budget of the random cases, whichever is reached first; a started case is finished.
  std::uint64_t max_cases = 1000;
  double max_seconds = std::numeric_limits<double>::infinity();
  /// Ends the run with its first failure. Else the path that failed is left out from then on, so that one run names
  /// every bad path; a failure that no single path is to blame for ends the run all the same.
  bool stop_at_first_failure = false;
  ShrinkBudget shrink;
  /// Who hears of the run, in this order; they must outlive it.
  std::vector<RunListener*> listeners;
};

/// Runs the checker on the corpus, then on random cases, or on the replayed case alone. A failed case runs again twice
/// (flaky?) and is shrunk; then its path is quarantined, the same case runs again, and the rest follow.
///
/// Throws only what a listener throws when the run ends; a failing check never throws.
RunReport for_all(const ForAllOptions& options, const Draw& draw, const Shrinks& shrinks, CaseChecker& checker);

/// The same with a check that runs in this process and knows no quarantine.
RunReport for_all(const ForAllOptions& options, const Draw& draw, const Shrinks& shrinks, const Check& check);

}  // namespace attngate

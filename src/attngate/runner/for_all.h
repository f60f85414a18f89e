#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "attngate/case/attention_case.h"
#include "attngate/properties/verdict.h"
#include "attngate/runner/replay_command.h"
#include "attngate/runner/run_report.h"
#include "attngate/runner/shrink_search.h"

namespace attngate {

/// Says of one case whether the property holds; an exception counts as "does not hold".
using Check = std::function<Verdict(const AttentionCase&)>;

/// Random case number `index`, a function of the index alone (the seed is inside): same index, same case.
using Draw = std::function<AttentionCase(std::uint64_t index)>;

/// A case with its smaller neighbours; may be empty, then nothing is shrunk.
using Shrinks = std::function<rc::Shrinkable<AttentionCase>(const AttentionCase&)>;

/// What for_all() runs, and for how long.
struct ForAllOptions {
  RunIdentity run;
  /// Known cases, run before the random ones and outside their budget.
  std::vector<AttentionCase> corpus;
  /// Only this case runs, once and twice again if it fails; it is not shrunk.
  std::optional<AttentionCase> replay;
  /// Budget of the random cases, whichever is reached first; a started case is finished.
  std::uint64_t max_cases = 1000;
  double max_seconds = std::numeric_limits<double>::infinity();
  /// One failure is reported in full in any case; going on counts the others, which are not shrunk.
  bool stop_at_first_failure = true;
  ShrinkBudget shrink;
  /// A case that runs longer ends the process with exit code 1; 0 for no limit. 60 s: a thousand times the longest case.
  double case_timeout_seconds = 60;
  /// Journal file; empty for none.
  std::string journal_path;
};

/// Runs `check` on the corpus, then on random cases, or on the replayed case alone; on a failure runs the case again
/// twice (flaky?) and shrinks it. Before each evaluation its line goes to the journal; a case that kills the process or
/// hangs is named on stderr. Throws UsageError when the journal cannot be created; a failing check never throws.
RunReport for_all(const ForAllOptions& options, const Draw& draw, const Shrinks& shrinks, const Check& check);

/// The verdict of `check`, made consistent: an exception, no path at all, a path outside its promise or a margin above 1
/// means that it does not hold, whatever the check says.
Verdict judge(const Check& check, const AttentionCase& attention_case);

}  // namespace attngate

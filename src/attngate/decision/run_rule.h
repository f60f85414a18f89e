#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "attngate/decision/decision.h"

namespace attngate {

/// How many inconclusive gates a run may have.
struct RunRule {
  /// Share of gates that may come out inconclusive on a healthy machine. 1 in 100 is chosen and not measured: a run
  /// of 40 gates then loses one gate in three runs.
  double inconclusive_share = 0.01;
  /// A run of more than two gates on such a machine fails by the first rule below with this probability at most.
  double alpha = 0.001;
};

/// The smallest number of inconclusive gates that fails a run of that many: 0 gates fail at once (0).
///
/// The smaller of two: c with P(X >= c) <= alpha, X from Binomial(gates, inconclusive_share), and more than half of
/// the gates, since a run that mostly did not decide must not be green (with one or two gates, as chance has it, that
/// is 0.01 or 0.0001). Gates that fall out together, as on a GPU that throttles, are no chance: they are meant to be
/// caught.
std::size_t failing_inconclusive_count(std::size_t gates, const RunRule& rule = {});

/// What all gates of a run amount to.
struct RunVerdict {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t inconclusive = 0;
  /// Whether the run fails: a gate failed, too many were inconclusive, or there was none.
  bool fails = true;
  /// One line.
  std::string text;
};

/// Gates that were skipped are not handed in: their own CTest status tells of them.
RunVerdict judge_run(std::span<const GateVerdict> verdicts, const RunRule& rule = {});

}  // namespace attngate

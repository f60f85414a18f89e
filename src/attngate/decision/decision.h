#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attngate/decision/bound.h"
#include "attngate/decision/order_statistics.h"
#include "attngate/decision/policy.h"
#include "attngate/decision/samples.h"
#include "attngate/decision/sign_test.h"

namespace attngate {

/// How a gate ended.
enum class GateVerdict {
  pass,         ///< nothing shows that the bound is broken
  fail,         ///< broken in one process and in fresh ones
  inconclusive  ///< the samples say nothing: neither good nor bad news, but counted (run_rule.h)
};

/// "pass", "fail" or "inconclusive".
std::string to_string(GateVerdict verdict);

/// What one process said about a bound.
struct ScreenResult {
  /// fail means flagged: to be confirmed.
  GateVerdict verdict = GateVerdict::inconclusive;
  /// One line.
  std::string reason;
  /// Over the valid pairs.
  SignTest test;
  std::size_t exceeding = 0;
  /// Of ln(candidate / base), in this process; count 0 where no pair was valid.
  MedianEstimate log_ratio;
  ProcessReading reading;

  bool flagged() const { return verdict == GateVerdict::fail; }
};

/// What fresh processes said about it.
struct ConfirmResult {
  GateVerdict verdict = GateVerdict::inconclusive;
  std::string reason;
  /// Over the processes.
  SignTest test;
  std::size_t exceeding = 0;
  /// Of the processes' medians; count 0 where no process was valid.
  MedianEstimate log_ratio;
  /// One reading a process that was given, the invalid ones included.
  std::vector<ProcessReading> readings;
};

/// A gate's verdict and what it rests on.
struct Decision {
  Bound bound;
  GateVerdict verdict = GateVerdict::inconclusive;
  /// One line: what decided, or why nothing did.
  std::string reason;
  ScreenResult screen;
  std::optional<ConfirmResult> confirm;

  /// The median of ln(candidate / base): over the fresh processes where they were conclusive, else in the screen.
  const MedianEstimate& log_ratio() const;
};

/// Stage one: the sign test over the valid pairs of one process.
///
/// The critical count is that of the pairs that are valid. Inconclusive where the process does not count (samples.h)
/// or so few pairs are left that the test could not fail. Throws std::invalid_argument for a bound that is no number
/// above 0.
ScreenResult screen(const Bound& bound, const Policy& policy, const ReadingRule& rule,
                    std::span<const PairSample> pairs);

/// Stage two: the sign test over the first `policy.processes` valid processes, each with the lower median of its
/// pairs.
///
/// More processes may be given, as replacements for invalid ones, as long as the number does not depend on the ratios.
/// Inconclusive with fewer valid ones. Throws as screen does.
ConfirmResult confirm(const Bound& bound, const Policy& policy, const ReadingRule& rule,
                      std::span<const std::vector<PairSample>> processes);

/// The verdict: fails only if both stages do. A flagged screen without confirmation is inconclusive.
Decision decide(const Bound& bound, ScreenResult screen, std::optional<ConfirmResult> confirm = std::nullopt);

}  // namespace attngate

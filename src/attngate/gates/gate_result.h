#pragma once

#include <optional>
#include <string>
#include <vector>

#include "attngate/decision/decision.h"
#include "attngate/gates/gate.h"
#include "attngate/gates/sample_request.h"

namespace attngate {

/// How a gate of a run ended.
enum class GateStatus {
  pass,          ///< the bound holds; for a planted slowdown that must fail: it failed
  fail,          ///< the bound is broken; for a planted slowdown: it was not judged as it must be
  inconclusive,  ///< the samples say nothing
  skipped        ///< there is no bound for this GPU, or the path does not run such a case here
};

/// "pass", "fail", "inconclusive" or "skipped".
std::string to_string(GateStatus status);

/// What came of one gate.
struct GateResult {
  Gate gate;
  GateStatus status = GateStatus::skipped;
  /// One line for people: what was measured and what that means, or why nothing was.
  std::string line;
  /// Empty where the gate was skipped.
  std::optional<Decision> decision;
  /// Where the bound comes from.
  std::string bound_source;
  /// Achieved by the candidate; 0 where it makes no sense.
  double flops_per_second = 0;
  /// Measured beside it; 0 where it was not.
  double peak_flops_per_second = 0;
  /// Of the screen, then of each fresh process.
  std::vector<SampleAnswer> answers;
};

}  // namespace attngate

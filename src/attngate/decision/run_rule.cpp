#include "attngate/decision/run_rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "attngate/decision/binomial.h"

namespace attngate {

std::size_t failing_inconclusive_count(std::size_t gates, const RunRule& rule) {
  if (gates == 0) return 0;
  return std::min(critical_count(gates, rule.inconclusive_share, rule.alpha), gates / 2 + 1);
}

RunVerdict judge_run(std::span<const GateVerdict> verdicts, const RunRule& rule) {
  const auto count = [&](GateVerdict verdict) {
    return static_cast<std::size_t>(std::ranges::count(verdicts, verdict));
  };
  RunVerdict result;
  result.passed = count(GateVerdict::pass);
  result.failed = count(GateVerdict::fail);
  result.inconclusive = count(GateVerdict::inconclusive);
  const std::size_t too_many = failing_inconclusive_count(verdicts.size(), rule);
  if (verdicts.empty()) {
    result.text = "no gate was decided";
    return result;
  }
  result.fails = result.failed > 0 || result.inconclusive >= too_many;
  result.text = fmt::format("{} passed, {} failed, {} inconclusive ({} would fail the run)", result.passed,
                            result.failed, result.inconclusive, too_many);
  if (result.failed == 0 && result.fails) {
    result.text += ": too many gates did not decide; look at their reasons, and at what else uses the GPU";
  }
  return result;
}

}  // namespace attngate

#include "attngate/decision/decision.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace attngate {

std::string to_string(GateVerdict verdict) {
  switch (verdict) {
    case GateVerdict::pass:
      return "pass";
    case GateVerdict::fail:
      return "fail";
    case GateVerdict::inconclusive:
      return "inconclusive";
  }
  throw std::invalid_argument("no such GateVerdict");
}

const MedianEstimate& Decision::log_ratio() const {
  return confirm && confirm->verdict != GateVerdict::inconclusive ? confirm->log_ratio : screen.log_ratio;
}

ScreenResult screen(const Bound& bound, const Policy& policy, const ReadingRule& rule,
                    std::span<const PairSample> pairs) {
  ScreenResult result;
  result.reading = read_process(pairs, policy.screen_pairs, rule);
  const std::vector<double> beyond = excesses(bound, result.reading.log_ratios);
  result.test = make_sign_test(beyond.size(), policy.screen_alpha);
  result.exceeding = count_exceeding(beyond, 0);
  if (!beyond.empty()) result.log_ratio = estimate_median(result.reading.log_ratios);
  if (!result.reading.valid()) {
    result.reason = result.reading.problem;
  } else if (!result.test.can_fail()) {
    result.reason =
        fmt::format("{} pairs are too few to fail at alpha {}; take more pairs", beyond.size(), policy.screen_alpha);
  } else {
    result.verdict = result.exceeding >= result.test.critical ? GateVerdict::fail : GateVerdict::pass;
    result.reason = fmt::format("{} of {} pairs beyond the bound, {} flag", result.exceeding, result.test.trials,
                                result.test.critical);
  }
  return result;
}

ConfirmResult confirm(const Bound& bound, const Policy& policy, const ReadingRule& rule,
                      std::span<const std::vector<PairSample>> processes) {
  ConfirmResult result;
  std::vector<double> medians;
  std::vector<double> beyond;
  std::string problem;
  for (const std::vector<PairSample>& pairs : processes) {
    const ProcessReading& reading = result.readings.emplace_back(read_process(pairs, policy.pairs_per_process, rule));
    if (!reading.valid()) {
      problem = reading.problem;
    } else if (medians.size() < policy.processes) {
      medians.push_back(median(reading.log_ratios));
      beyond.push_back(lower_median(excesses(bound, reading.log_ratios)));
    }
  }
  result.test = make_sign_test(medians.size(), policy.confirm_alpha);
  result.exceeding = count_exceeding(beyond, 0);
  if (!medians.empty()) result.log_ratio = estimate_median(medians);
  if (medians.size() < policy.processes || !result.test.can_fail()) {
    result.reason = fmt::format("{} valid of {} fresh processes, {} needed{}", medians.size(), processes.size(),
                                policy.processes, problem.empty() ? "" : "; the last invalid one: " + problem);
  } else {
    result.verdict = result.exceeding >= result.test.critical ? GateVerdict::fail : GateVerdict::pass;
    result.reason = fmt::format("{} of {} fresh processes beyond the bound, {} fail", result.exceeding,
                                result.test.trials, result.test.critical);
  }
  return result;
}

Decision decide(const Bound& bound, ScreenResult screen, std::optional<ConfirmResult> confirm) {
  Decision decision;
  decision.bound = bound;
  decision.screen = std::move(screen);
  decision.confirm = std::move(confirm);
  if (!decision.screen.flagged()) {
    decision.verdict = decision.screen.verdict;
    decision.reason = decision.screen.reason;
    decision.confirm.reset();  // a screen that passes is not put to the vote again
  } else if (!decision.confirm) {
    decision.reason = decision.screen.reason + "; flagged and not confirmed: run the fresh processes";
  } else {
    decision.verdict = decision.confirm->verdict;
    decision.reason = decision.screen.reason + "; " + decision.confirm->reason;
  }
  return decision;
}

}  // namespace attngate

#include "attngate/samples/stopping_rule.h"

#include <algorithm>
#include <cmath>

#include "attngate/decision/signed_rank.h"

namespace attngate {
RatioEstimate estimate_ratio(std::span<const double> log_ratios) {
  const CentreEstimate estimate = estimate_centre(log_ratios, ratio_confidence);
  return {std::exp(estimate.centre), std::exp(estimate.lower), std::exp(estimate.upper), estimate.coverage,
          estimate.count};
}

std::uint64_t next_estimate_after(const StoppingRule& rule, std::uint64_t rounds) {
  return std::max({rule.least_rounds, rounds + 1, rounds + rounds / 10});
}

}  // namespace attngate

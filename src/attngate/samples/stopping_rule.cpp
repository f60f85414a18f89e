#include "attngate/samples/stopping_rule.h"

#include <algorithm>
#include <cmath>

#include "attngate/decision/signed_rank.h"

namespace attngate {
namespace {

constexpr double confidence = 0.95;

}  // namespace

RatioEstimate estimate_ratio(std::span<const double> log_ratios) {
  const CentreEstimate estimate = estimate_centre(log_ratios, confidence);
  return {std::exp(estimate.centre), std::exp(estimate.lower), std::exp(estimate.upper), estimate.coverage,
          estimate.count};
}

bool is_out_of_patience(const StoppingRule& rule, std::uint64_t rounds, double seconds) {
  return rounds >= rule.least_rounds && (rounds >= rule.most_rounds || seconds >= rule.most_seconds);
}

std::uint64_t next_estimate_after(const StoppingRule& rule, std::uint64_t rounds) {
  return std::max({rule.least_rounds, rounds + 1, rounds + rounds / 10});
}

bool ends_sampling(const StoppingRule& rule, std::uint64_t rounds, double seconds,
                   std::span<const RatioEstimate> ratios) {
  if (rounds < rule.least_rounds) return false;
  if (is_out_of_patience(rule, rounds, seconds)) return true;
  const auto is_narrow = [&](const RatioEstimate& ratio) {
    return ratio.coverage >= confidence && ratio.width() <= rule.width;
  };
  // Without a ratio, an operator by itself is sampled least_rounds times.
  return std::ranges::all_of(ratios, is_narrow);
}

}  // namespace attngate

#include "attngate/samples/stopping_criterion.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace attngate {
namespace {

std::optional<RatioEstimate> estimate_of(const std::vector<Sample>& over, const std::vector<Sample>& under) {
  if (over.empty() || over.size() != under.size()) return std::nullopt;
  std::vector<double> log_ratios;
  for (std::size_t round = 0; round < over.size(); ++round)
    log_ratios.push_back(std::log(over[round].us / under[round].us));
  return estimate_ratio(log_ratios);
}

}  // namespace

SettledRatios::SettledRatios(const StoppingRule& rule, std::vector<RatioOf> ratios)
    : rule_(rule),
      ratios_(std::move(ratios)),
      estimates_(ratios_.size()),
      next_estimate_(next_estimate_after(rule, 0)) {}

bool SettledRatios::ends(const RoundsSoFar& so_far) {
  if (so_far.rounds < next_estimate_ && !is_out_of_patience(so_far)) return false;
  next_estimate_ = next_estimate_after(rule_, so_far.rounds);
  std::ranges::transform(ratios_, estimates_.begin(), [&](const RatioOf& ratio) {
    return estimate_of(so_far.samples[ratio.over], so_far.samples[ratio.under]);
  });
  return is_out_of_patience(so_far) || are_narrow();
}

bool SettledRatios::is_out_of_patience(const RoundsSoFar& so_far) const {
  return so_far.rounds >= rule_.least_rounds &&
         (so_far.rounds >= rule_.most_rounds || so_far.seconds >= rule_.most_seconds);
}

bool SettledRatios::are_narrow() const {
  return std::ranges::all_of(estimates_, [&](const std::optional<RatioEstimate>& ratio) {
    return !ratio || (ratio->coverage >= ratio_confidence && ratio->width() <= rule_.width);
  });
}

}  // namespace attngate

#include "attngate/decision/clock_term.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "attngate/decision/order_statistics.h"

namespace attngate {
namespace {

/// Clocks nearer than this tell nothing: medians of 40 pairs scatter by 0.1 to 0.3 % (docs/gates.md), half of what a
/// clock that is 0.5 % higher can do.
constexpr double least_log_distance = 0.005;

std::vector<double> slopes_between(std::span<const double> log_ratios, std::span<const double> mhz) {
  std::vector<double> slopes;
  for (std::size_t one = 0; one < mhz.size(); ++one) {
    for (std::size_t other = 0; other < one; ++other) {
      if (mhz[one] <= 0 || mhz[other] <= 0) continue;
      const double distance = std::log(mhz[one] / mhz[other]);
      if (std::abs(distance) >= least_log_distance) slopes.push_back((log_ratios[one] - log_ratios[other]) / distance);
    }
  }
  return slopes;
}

}  // namespace

double log_clock_effect(const ClockTerm& term, double mhz) {
  if (term.exponent == 0 || !(mhz > 0)) return 0;
  return term.exponent * std::log(mhz / term.reference_mhz);
}

ClockTerm fit_clock_term(std::span<const double> log_ratios, std::span<const double> mhz) {
  if (log_ratios.size() != mhz.size()) throw std::invalid_argument("a clock for each ratio");
  const std::vector<double> slopes = slopes_between(log_ratios, mhz);
  if (slopes.size() < log_ratios.size() || slopes.empty()) return {};
  std::vector<double> known;
  std::ranges::copy_if(mhz, std::back_inserter(known), [](double clock) { return clock > 0; });
  const ClockTerm term{std::clamp(median(slopes), -1.0, 1.0), median(known)};
  std::vector<double> at_reference;
  for (std::size_t i = 0; i < mhz.size(); ++i) at_reference.push_back(log_ratios[i] - log_clock_effect(term, mhz[i]));
  const bool helps = robust_spread(at_reference) < robust_spread({log_ratios.begin(), log_ratios.end()});
  return helps ? term : ClockTerm{};
}

}  // namespace attngate

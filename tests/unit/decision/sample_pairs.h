#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "attngate/decision/samples.h"

namespace attngate::test {

/// Pairs whose log ratios are exactly these, up to rounding; the base takes 200 us.
inline std::vector<PairSample> pairs_with(const std::vector<double>& log_ratios) {
  std::vector<PairSample> pairs;
  for (const double log_ratio : log_ratios) pairs.push_back({.candidate = 200 * std::exp(log_ratio), .base = 200});
  return pairs;
}

/// `above` pairs at `high` and the others at `low`.
inline std::vector<PairSample> pairs_split(std::size_t pairs, std::size_t above, double high, double low) {
  std::vector<double> log_ratios(pairs, low);
  for (std::size_t index = 0; index < above; ++index) log_ratios[index] = high;
  return pairs_with(log_ratios);
}

}  // namespace attngate::test

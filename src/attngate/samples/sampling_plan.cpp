#include "attngate/samples/sampling_plan.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace attngate {

std::uint64_t calls_per_sample(double us_per_call, double least_sample_us) {
  const double most = static_cast<double>(most_calls_per_sample);
  if (!(us_per_call * most > least_sample_us)) return most_calls_per_sample;
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(least_sample_us / us_per_call)));
}

std::uint64_t pairs_within(double budget_seconds, double seconds_per_pair, std::uint64_t most_pairs) {
  const double most = static_cast<double>(std::max(most_pairs, least_pairs));
  const double affordable = seconds_per_pair > 0 ? budget_seconds / seconds_per_pair : most;
  const auto pairs = static_cast<std::uint64_t>(std::clamp(affordable, static_cast<double>(least_pairs), most));
  return pairs % 2 == 1 ? pairs : pairs - 1;
}

std::vector<bool> draw_orders(std::uint64_t seed, std::uint64_t pairs) {
  std::mt19937_64 bits(seed);  // the standard fixes its numbers; those of its distributions it does not
  std::vector<bool> candidate_first(pairs);
  for (std::size_t pair = 0; pair < candidate_first.size(); ++pair) candidate_first[pair] = (bits() >> 63) != 0;
  return candidate_first;
}

}  // namespace attngate

#include "attngate/samples/sampling_plan.h"

#include <algorithm>
#include <cmath>
#include <utility>

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

std::vector<std::size_t> RoundOrders::next(std::vector<std::size_t> operators) {
  for (std::size_t left = operators.size(); left > 1; --left) {
    // 0 to left - 1, each as likely as any other but for 2^-31; of two it is the first bit.
    const auto drawn = static_cast<std::size_t>(((bits_() >> 32) * left) >> 32);
    std::swap(operators[left - 1], operators[left - 1 - drawn]);
  }
  return operators;
}

}  // namespace attngate

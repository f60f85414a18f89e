#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace attngate {

/// Most calls that make one sample. 64: calls of 3 us, shorter than any attention, last 200 us then, and 64 times a
/// dozen kernels stay below the thousand launches that a stream takes before it makes the host wait.
inline constexpr std::uint64_t most_calls_per_sample = 64;

/// Fewest pairs that are taken, whatever they cost. 11: by chance all of them exceed a median with probability
/// 1/2^11 = 0.0005, so that a sign test at 0.001 can still decide.
inline constexpr std::uint64_t least_pairs = 11;

/// Calls, 1 to most_calls_per_sample, that last `least_sample_us` together when one takes `us_per_call`.
std::uint64_t calls_per_sample(double us_per_call, double least_sample_us);

/// The odd number of pairs, least_pairs to `most_pairs`, that fits into the budget: odd, so that a median is a pair.
std::uint64_t pairs_within(double budget_seconds, double seconds_per_pair, std::uint64_t most_pairs);

/// Draws the order within each round, the same on every machine for the same seed. Of two operators a fair coin
/// decides.
class RoundOrders {
 public:
  explicit RoundOrders(std::uint64_t seed) : bits_(seed) {}

  /// These operators in random order, each order as likely as any other.
  std::vector<std::size_t> next(std::vector<std::size_t> operators);

 private:
  std::mt19937_64 bits_;  // the standard fixes its numbers; those of its distributions it does not
};

}  // namespace attngate

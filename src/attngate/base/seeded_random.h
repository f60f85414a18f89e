#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace attngate {

/// Random numbers that are the same on every machine for a seed: the standard fixes the engine, but not its
/// distributions.
class SeededRandom {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}

  /// More than 0 and less than 1.
  double uniform() { return (static_cast<double>(engine_() >> 12) + 0.5) * 0x1p-52; }

  /// A whole number below `count`, which is 1 or more.
  std::uint64_t below(std::uint64_t count) {
    // Engine values from the last, incomplete round of `count` would favour small numbers.
    const std::uint64_t rounds_end = engine_.max() - engine_.max() % count;
    std::uint64_t value = engine_();
    while (value >= rounds_end) value = engine_();
    return value % count;
  }

  /// From N(0, 1), by Box and Muller's formula.
  double normal() { return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::numbers::pi * uniform()); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace attngate

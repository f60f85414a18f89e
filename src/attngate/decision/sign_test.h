#pragma once

#include <cstddef>
#include <span>

namespace attngate {

/// The sign test: fails when at least `critical` of `trials` values exceed a threshold.
///
/// It is exact and needs no assumption on the distribution: if a value exceeds the threshold with probability 1/2 or
/// less, the test fails with probability `attained_alpha` or less. A value that equals the threshold does not exceed
/// it, so ties can only make a failure rarer.
/// Source: the number of values above their median is Binomial(trials, 1/2); Conover, "Practical Nonparametric
/// Statistics", 3rd edition, section 3.4.
struct SignTest {
  std::size_t trials = 0;
  /// trials + 1 when even all of the values are too few to fail at this alpha.
  std::size_t critical = 1;
  /// What was asked for.
  double nominal_alpha = 0;
  /// The exact probability of at least `critical` of `trials` for a fair coin, at most the nominal one.
  double attained_alpha = 0;

  /// Whether it can fail at all.
  bool can_fail() const { return critical <= trials; }
  /// The exact probability to fail when each value exceeds the threshold with that probability, independently.
  double power(double exceeding_probability) const;
};

/// The sign test of that many values with the smallest critical count that keeps to alpha.
///
/// Throws std::invalid_argument for alpha outside (0, 1).
SignTest make_sign_test(std::size_t trials, double alpha);

/// The fewest values of which a sign test at that alpha can fail at all: 8 for 0.005, since 1/2^8 is less.
///
/// Throws std::invalid_argument for alpha outside (0, 1).
std::size_t fewest_trials(double alpha);

/// How many of the values are above the threshold, ties not counted; a NaN is not above it.
std::size_t count_exceeding(std::span<const double> values, double threshold);

}  // namespace attngate

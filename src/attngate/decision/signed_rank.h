#pragma once

#include <cstddef>
#include <span>

namespace attngate {

/// The centre of a symmetric distribution with a confidence interval that needs no other assumption on it.
struct CentreEstimate {
  std::size_t count = 0;
  /// Hodges and Lehmann's estimate: the median of the means of all pairs of values, of each with itself too.
  double centre = 0;
  double lower = 0;
  double upper = 0;
  /// The exact probability that the interval contains the centre of a continuous symmetric distribution; more with
  /// ties.
  double coverage = 0;
};

/// The centre and the narrowest interval that Wilcoxon's signed-rank test leaves at this confidence; with too few
/// values (fewer than 6 for 95 %) the whole range, whose coverage is then less (and stated).
///
/// For normal values it scatters like the mean of 95 % of them, where the median scatters like that of 64 %; up to 29 %
/// of the values may be strays. The k-th smallest and the k-th largest of the n (n + 1) / 2 means enclose the centre
/// unless the rank sum of one sign is less than k: coverage = 1 - 2 P(T <= k - 1). Source: Hollander, Wolfe, Chicken,
/// "Nonparametric Statistical Methods", 3rd edition, sections 3.1 to 3.3. Takes memory in the square of the number of
/// values and time in its cube: 17 ms for 501 of them, 0.2 ms for 101 (one CPU core). Throws std::invalid_argument
/// without any value, for one that is not finite, or a confidence outside (0, 1).
CentreEstimate estimate_centre(std::span<const double> values, double confidence = 0.95);

/// P(T <= t), T the sum of those of the ranks 1 to `count` whose coin shows heads: the signed-rank statistic of a
/// symmetric distribution.
double signed_rank_lower_tail(std::size_t count, std::size_t t);

}  // namespace attngate

#pragma once

#include <cstddef>
#include <span>

#include "attngate/base/fields.h"

namespace attngate {

/// A median with a confidence interval that needs no assumption on the distribution.
struct MedianEstimate {
  std::size_t count = 0;
  /// The mean of the middle two for an even count.
  double median = 0;
  double lower = 0;
  double upper = 0;
  /// The exact probability that the interval contains the median of a continuous distribution; more with ties.
  double coverage = 0;
};

constexpr auto describe(const MedianEstimate*) {
  return fields(field("count", &MedianEstimate::count), field("median", &MedianEstimate::median),
                field("lower", &MedianEstimate::lower), field("upper", &MedianEstimate::upper),
                field("coverage", &MedianEstimate::coverage));
}

/// The median and the narrowest interval of order statistics, symmetric in rank, whose coverage is at least the
/// confidence; with too few values the whole range, whose coverage is then less (and stated).
///
/// The k-th smallest and the k-th largest of n values enclose the median unless fewer than k values lie on one side of
/// it: coverage = 1 - 2 P(X <= k - 1), X from Binomial(n, 1/2).
/// Source: David, Nagaraja, "Order Statistics", 3rd edition, section 7.1.
/// Throws std::invalid_argument without any value, for one that is not finite, or a confidence outside (0, 1).
MedianEstimate estimate_median(std::span<const double> values, double confidence = 0.95);

/// Throws std::invalid_argument without any value, or for one that is not finite: such values have no order.
void require_finite(std::span<const double> values);

/// The middle value, the mean of the middle two for an even count. Throws std::invalid_argument without any value, or
/// for one that is not finite.
double median(std::span<const double> values);

/// The (count + 1) / 2-th smallest value: one of the values, so that it exceeds a threshold exactly if more than half
/// of them do. Throws std::invalid_argument without any value, or for one that is not finite.
double lower_median(std::span<const double> values);

/// The standard deviation of the normal distribution with the quartiles of these values: spikes do not move it.
///
/// (upper quartile - lower quartile) / 1.349, the quartiles of N(0, 1) being -0.6745 and 0.6745; 0 for one value.
/// Throws std::invalid_argument without any value, or for one that is not finite.
double robust_spread(std::span<const double> values);

}  // namespace attngate

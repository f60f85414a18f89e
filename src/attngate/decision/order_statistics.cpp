#include "attngate/decision/order_statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "attngate/base/median.h"
#include "attngate/decision/binomial.h"

namespace attngate {
namespace {

std::vector<double> sorted(std::span<const double> values) {
  require_finite(values);
  std::vector<double> result(values.begin(), values.end());
  std::ranges::sort(result);
  return result;
}

// Values beyond the quartile on each side; linear between neighbours, as most programs do it.
double quantile(const std::vector<double>& ascending, double share) {
  const double position = share * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  return ascending[below] + (position - static_cast<double>(below)) * (ascending[above] - ascending[below]);
}

}  // namespace

void require_finite(std::span<const double> values) {
  if (values.empty()) throw std::invalid_argument("no values, and so no median: allowed is one or more");
  for (const double value : values) {
    if (!std::isfinite(value)) throw std::invalid_argument(fmt::format("value {}: allowed are finite numbers", value));
  }
}

MedianEstimate estimate_median(std::span<const double> values, double confidence) {
  const std::vector<double> ascending = sorted(values);
  const std::size_t count = ascending.size();
  // Rank k from outside keeps P(X <= k - 1) = P(X >= count - k + 1) within half of what is left of the confidence.
  const std::size_t critical = critical_count(count, 0.5, (1 - confidence) / 2);
  const std::size_t rank = std::max<std::size_t>(count + 1 - std::min(critical, count), 1);
  return {.count = count,
          .median = median_of(ascending),
          .lower = ascending[rank - 1],
          .upper = ascending[count - rank],
          .coverage = std::max(0.0, 1 - 2 * binomial_upper_tail(count + 1 - rank, count, 0.5))};
}

double median(std::span<const double> values) {
  require_finite(values);
  return median_of({values.begin(), values.end()});
}

double lower_median(std::span<const double> values) { return sorted(values)[(values.size() - 1) / 2]; }

double robust_spread(std::span<const double> values) {
  const std::vector<double> ascending = sorted(values);
  constexpr double quartiles_apart = 1.3489795003921634;  // 2 * 0.6744897501960817, the upper quartile of N(0, 1)
  return (quantile(ascending, 0.75) - quantile(ascending, 0.25)) / quartiles_apart;
}

}  // namespace attngate

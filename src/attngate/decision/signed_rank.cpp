#include "attngate/decision/signed_rank.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "attngate/decision/order_statistics.h"

namespace attngate {
namespace {

/// P(T = t) for t = 0 to `most`, which do not depend on those of larger sums.
std::vector<double> signed_rank_probabilities(std::size_t count, std::size_t most) {
  std::vector<double> probability(most + 1, 0.0);
  probability[0] = 1;
  for (std::size_t rank = 1; rank <= count; ++rank) {
    // From above, so that each rank is added once.
    for (std::size_t t = std::min(most, rank * (rank + 1) / 2) + 1; t-- > 0;) {
      probability[t] = 0.5 * (probability[t] + (t >= rank ? probability[t - rank] : 0.0));
    }
  }
  return probability;
}

/// How many means on each side the interval leaves out, and what it covers.
struct LeftOut {
  std::size_t means = 0;
  double coverage = 0;
};

LeftOut means_left_out(std::size_t count, double confidence) {
  // Half of the sums are below their mean, and no more than half of them can be left out on one side.
  const std::vector<double> probability = signed_rank_probabilities(count, count * (count + 1) / 4);
  LeftOut left_out{0, 1 - 2 * probability[0]};
  double tail = probability[0];
  for (std::size_t t = 1; t < probability.size() && tail + probability[t] <= (1 - confidence) / 2; ++t) {
    tail += probability[t];
    left_out = {t, 1 - 2 * tail};
  }
  return left_out;
}

std::vector<double> ascending_means_of_pairs(std::span<const double> values) {
  std::vector<double> means;
  means.reserve(values.size() * (values.size() + 1) / 2);
  for (std::size_t left = 0; left < values.size(); ++left) {
    for (std::size_t right = left; right < values.size(); ++right)
      means.push_back(std::midpoint(values[left], values[right]));
  }
  std::ranges::sort(means);
  return means;
}

}  // namespace

double signed_rank_lower_tail(std::size_t count, std::size_t t) {
  const std::vector<double> probability = signed_rank_probabilities(count, std::min(t, count * (count + 1) / 2));
  return std::accumulate(probability.begin(), probability.end(), 0.0);
}

CentreEstimate estimate_centre(std::span<const double> values, double confidence) {
  if (!(confidence > 0 && confidence < 1)) {
    throw std::invalid_argument(fmt::format("confidence {}: allowed is more than 0 and less than 1", confidence));
  }
  require_finite(values);
  const std::vector<double> means = ascending_means_of_pairs(values);
  const double centre = median(means);
  const LeftOut left_out = means_left_out(values.size(), confidence);
  return {.count = values.size(),
          .centre = centre,
          .lower = means[left_out.means],
          .upper = means[means.size() - 1 - left_out.means],
          .coverage = left_out.coverage};
}

}  // namespace attngate

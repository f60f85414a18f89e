#include "attngate/decision/binomial.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <ranges>
#include <stdexcept>

namespace attngate {
namespace {

using Binomial = boost::math::binomial_distribution<double>;

void require_open_unit(const char* name, double value) {
  if (!(value > 0 && value < 1)) {
    throw std::invalid_argument(fmt::format("{} {}: allowed is more than 0 and less than 1", name, value));
  }
}

}  // namespace

double binomial_upper_tail(std::size_t count, std::size_t trials, double probability) {
  if (!(probability >= 0 && probability <= 1)) {
    throw std::invalid_argument(fmt::format("probability {}: allowed is 0 to 1", probability));
  }
  if (count == 0) return 1;
  if (count > trials) return 0;
  const Binomial distribution(static_cast<double>(trials), probability);
  return boost::math::cdf(boost::math::complement(distribution, static_cast<double>(count - 1)));
}

std::size_t critical_count(std::size_t trials, double probability, double alpha) {
  require_open_unit("alpha", alpha);
  const auto counts = std::views::iota(std::size_t{0}, trials + 1);
  const auto is_likely = [&](std::size_t count) { return binomial_upper_tail(count, trials, probability) > alpha; };
  // The tail falls as the count grows.
  return static_cast<std::size_t>(std::ranges::partition_point(counts, is_likely) - counts.begin());
}

ProportionInterval clopper_pearson(std::size_t successes, std::size_t trials, double confidence) {
  require_open_unit("confidence", confidence);
  if (successes > trials) throw std::invalid_argument(fmt::format("{} successes in {} trials", successes, trials));
  if (trials == 0) return {};
  const double each_side = (1 - confidence) / 2;
  const auto n = static_cast<double>(trials);
  const auto k = static_cast<double>(successes);
  return {.lower = Binomial::find_lower_bound_on_p(n, k, each_side),
          .upper = Binomial::find_upper_bound_on_p(n, k, each_side)};
}

}  // namespace attngate

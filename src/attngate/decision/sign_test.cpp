#include "attngate/decision/sign_test.h"

#include <algorithm>

#include "attngate/decision/binomial.h"

namespace attngate {

double SignTest::power(double exceeding_probability) const {
  return binomial_upper_tail(critical, trials, exceeding_probability);
}

SignTest make_sign_test(std::size_t trials, double alpha) {
  const std::size_t critical = critical_count(trials, 0.5, alpha);
  return {.trials = trials,
          .critical = critical,
          .nominal_alpha = alpha,
          .attained_alpha = binomial_upper_tail(critical, trials, 0.5)};
}

std::size_t fewest_trials(double alpha) {
  std::size_t trials = 1;
  while (!make_sign_test(trials, alpha).can_fail()) ++trials;
  return trials;
}

std::size_t count_exceeding(std::span<const double> values, double threshold) {
  return static_cast<std::size_t>(std::ranges::count_if(values, [&](double value) { return value > threshold; }));
}

}  // namespace attngate

#include "attngate/samples/stopping_rule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace attngate::test {
namespace {

TEST(RatioEstimateTest, has_the_centre_of_the_ratios_between_the_ends_of_its_interval) {
  std::vector<double> log_ratios;
  for (const double ratio : {1.9, 2.0, 2.1, 2.2, 1.8, 1 / 0.475}) log_ratios.push_back(std::log(ratio));
  const RatioEstimate estimate = estimate_ratio(log_ratios);
  EXPECT_NEAR(estimate.centre, 2.0, 0.01);
  EXPECT_DOUBLE_EQ(estimate.lower, 1.8);  // six values have no narrower interval with 95 %
  EXPECT_DOUBLE_EQ(estimate.upper, 2.2);
  EXPECT_DOUBLE_EQ(estimate.coverage, 1 - 2 / 64.0);
  EXPECT_NEAR(estimate.width(), 2.2 / 1.8 - 1, 1e-12);
}

TEST(RatioEstimateTest, of_the_inverse_is_the_inverse) {
  std::vector<double> log_ratios, inverse;
  for (const double ratio : {1.3, 1.25, 1.31, 1.4, 1.29, 1.33, 1.2, 1.27}) {
    log_ratios.push_back(std::log(ratio));
    inverse.push_back(-std::log(ratio));
  }
  EXPECT_NEAR(estimate_ratio(inverse).centre, 1 / estimate_ratio(log_ratios).centre, 1e-12);
  EXPECT_NEAR(estimate_ratio(inverse).lower, 1 / estimate_ratio(log_ratios).upper, 1e-12);
}

TEST(RatioEstimateTest, needs_a_value) { EXPECT_THROW(estimate_ratio({}), std::invalid_argument); }

TEST(StoppingRuleTest, estimates_behind_the_least_rounds_first_and_then_behind_a_tenth_more) {
  const StoppingRule from_seven = {.least_rounds = 7};
  EXPECT_EQ(next_estimate_after(from_seven, 0), 7u);
  EXPECT_EQ(next_estimate_after(from_seven, 7), 8u);
  EXPECT_EQ(next_estimate_after(from_seven, 19), 20u);
  EXPECT_EQ(next_estimate_after(from_seven, 20), 22u);
  EXPECT_EQ(next_estimate_after(from_seven, 300), 330u);
}

}  // namespace
}  // namespace attngate::test

#include "attngate/decision/power.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "attngate/decision/binomial.h"
#include "unit/decision/one_percent.h"

namespace attngate::test {
namespace {

double excess_of(double slowdown) { return excess(one_percent, std::log1p(slowdown)); }

TEST(PowerTest, at_the_bound_is_the_attained_alpha) {
  const Policy policy;
  EXPECT_NEAR(screen_power(policy, 0, {.pair_spread = 0.005}), policy.screen_test().attained_alpha, 1e-12);
}

TEST(PowerTest, without_process_spread_is_a_binomial_tail) {
  const double exceeding = 0.5 * std::erfc(-1.0 / std::sqrt(2.0));  // one spread beyond the bound
  EXPECT_NEAR(screen_power({}, 0.005, {.pair_spread = 0.005}), binomial_upper_tail(118, 201, exceeding), 1e-12);
  EXPECT_NEAR(confirm_power({}, 0.001, {.pair_spread = 0.005}),
              binomial_upper_tail(11, 12, binomial_upper_tail(21, 40, 0.5 * std::erfc(-0.2 / std::sqrt(2.0)))), 1e-12);
}

TEST(PowerTest, integrates_over_the_process_bias) {
  // Pairs without noise agree: the screen flags a process with the probability that its bias is beyond the bound.
  const double above = 0.5 * std::erfc(0.5 / std::sqrt(2.0));  // half a process spread below the bound
  EXPECT_NEAR(screen_power({}, -0.0015, {.pair_spread = 0, .process_spread = 0.003}), above, 1e-12);
  // One pair: bias and noise are one normal distribution, whose variances add.
  const Policy single = single_value_policy();
  EXPECT_NEAR(screen_power(single, 0.005, {.pair_spread = 0.004, .process_spread = 0.003}),
              0.5 * std::erfc(-1 / std::sqrt(2.0)), 1e-9);
  // Two very different scales: the step of the test lies between two grid points of the density.
  EXPECT_NEAR(screen_power(single, 0.0001, {.pair_spread = 1e-5, .process_spread = 0.003}),
              0.5 * std::erfc(-(0.1 / 3) / std::sqrt(2.0)), 1e-4);
}

TEST(PowerTest, finds_twice_the_bound_and_passes_half_of_it_on_the_measured_noise) {
  // Spread and band of operators above 200 us, H100 and H200 (docs/gates.md).
  for (const NoiseModel noise : {NoiseModel{0.0043, 0.0012}, NoiseModel{0.0058, 0.0013}, NoiseModel{0.0106, 0.0018}}) {
    EXPECT_GT(decision_power({}, excess_of(0.02), noise), 0.999);
    EXPECT_LT(decision_power({}, excess_of(0.005), noise), 1e-15);
    EXPECT_LT(decision_power({}, excess_of(0.01), noise), false_alarm_limit({}));
  }
}

TEST(PowerTest, grows_with_the_slowdown_and_falls_with_the_spread) {
  double last = 0;
  for (double slowdown = 0; slowdown < 0.03; slowdown += 0.001) {
    const double power = decision_power({}, excess_of(slowdown), {.pair_spread = 0.01, .process_spread = 0.002});
    EXPECT_GE(power, last - 1e-12) << slowdown;
    last = power;
  }
  EXPECT_GT(decision_power({}, excess_of(0.02), {0.01, 0}), decision_power({}, excess_of(0.02), {0.03, 0}));
}

TEST(PowerTest, spread_cap_is_where_the_power_is_just_reached) {
  const double cap = spread_cap({}, excess_of(0.02), 0.0012, 0.99);
  EXPECT_NEAR(cap, 0.0194, 0.0001);
  EXPECT_NEAR(decision_power({}, excess_of(0.02), {cap, 0.0012}), 0.99, 1e-6);
  EXPECT_EQ(spread_cap({}, excess_of(0.02), 0.05, 0.99), 0);  // processes differ by more than the slowdown
  EXPECT_EQ(spread_cap({}, -0.01, 0, 0.99), 0);
  EXPECT_THROW(spread_cap({}, 0.01, 0, 1), std::invalid_argument);
}

TEST(PowerTest, refuses_a_spread_that_is_none) {
  EXPECT_THROW(screen_power({}, 0, {.pair_spread = -1}), std::invalid_argument);
  EXPECT_THROW(decision_power({}, 0, {.pair_spread = 0.01, .process_spread = std::nan("")}), std::invalid_argument);
}

TEST(PowerTest, prints_policy_and_table) {
  EXPECT_EQ(policy_text({}),
            "screen: 118 of 201 pairs beyond the bound (alpha 0.0081); confirm: 11 of 12 fresh processes by their "
            "median of 40 (alpha 0.0032); "
            "false alarms at the bound itself: at most 0.0016");
  const std::string text = power_table_text(power_table({}, one_percent, 0, {0.005, 0.02}, {0.0043, 0.0012}));
  EXPECT_NE(text.find("2.00 %        1.0000     1.0000"), std::string::npos) << text;
  // A rate falls where a time grows.
  const auto rows = power_table(single_value_policy(), {BoundKind::floor, 0.5}, std::log(0.6), {0, 0.5}, {0.01, 0});
  EXPECT_LT(rows[0].decision, 1e-6);
  EXPECT_GT(rows[1].decision, 0.999);
}

}  // namespace
}  // namespace attngate::test

#include "attngate/decision/binomial.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <stdexcept>

namespace attngate::test {
namespace {

TEST(BinomialTest, tail_is_the_sum_of_a_row_of_pascals_triangle) {
  EXPECT_DOUBLE_EQ(binomial_upper_tail(0, 4, 0.5), 1);
  EXPECT_DOUBLE_EQ(binomial_upper_tail(1, 4, 0.5), 15.0 / 16);
  EXPECT_DOUBLE_EQ(binomial_upper_tail(3, 4, 0.5), 5.0 / 16);
  EXPECT_DOUBLE_EQ(binomial_upper_tail(4, 4, 0.5), 1.0 / 16);
  EXPECT_EQ(binomial_upper_tail(5, 4, 0.5), 0);
}

TEST(BinomialTest, tail_holds_at_the_ends_of_probability) {
  EXPECT_EQ(binomial_upper_tail(1, 10, 0), 0);
  EXPECT_EQ(binomial_upper_tail(10, 10, 1), 1);
  EXPECT_EQ(binomial_upper_tail(0, 0, 0.5), 1);
  EXPECT_THROW(binomial_upper_tail(1, 2, -0.1), std::invalid_argument);
  EXPECT_THROW(binomial_upper_tail(1, 2, std::nan("")), std::invalid_argument);
}

TEST(BinomialTest, critical_count_is_out_of_reach_for_few_trials) {
  EXPECT_EQ(critical_count(7, 0.5, 0.005), 8u);
  EXPECT_EQ(critical_count(8, 0.5, 0.005), 8u);
  EXPECT_EQ(critical_count(0, 0.5, 0.005), 1u);
  EXPECT_THROW(critical_count(5, 0.5, 0), std::invalid_argument);
  EXPECT_THROW(critical_count(5, 0.5, 1), std::invalid_argument);
}

TEST(BinomialTest, clopper_pearson_agrees_with_known_intervals) {
  // No success: the upper end solves (1 - p)^n = 0.025. 2 of 10: R's binom.test gives 0.02521073 and 0.55609547.
  EXPECT_NEAR(clopper_pearson(0, 4000, 0.95).upper, 1 - std::pow(0.025, 1.0 / 4000), 1e-12);
  EXPECT_EQ(clopper_pearson(0, 4000, 0.95).lower, 0);
  EXPECT_NEAR(clopper_pearson(2, 10, 0.95).lower, 0.02521073, 1e-8);
  EXPECT_NEAR(clopper_pearson(2, 10, 0.95).upper, 0.55609547, 1e-8);
  EXPECT_EQ(clopper_pearson(10, 10, 0.95).upper, 1);
  EXPECT_EQ(clopper_pearson(0, 0, 0.95).lower, 0);
  EXPECT_EQ(clopper_pearson(0, 0, 0.95).upper, 1);
  EXPECT_THROW(clopper_pearson(3, 2, 0.95), std::invalid_argument);
  EXPECT_THROW(clopper_pearson(1, 2, 1), std::invalid_argument);
}

RC_GTEST_PROP(BinomialTest, critical_count_is_the_smallest_within_alpha, ()) {
  const auto trials = *rc::gen::inRange<std::size_t>(0, 300);
  const double alpha = *rc::gen::inRange(1, 1000) / 1000.0;
  const std::size_t count = critical_count(trials, 0.5, alpha);
  RC_ASSERT(binomial_upper_tail(count, trials, 0.5) <= alpha);
  RC_ASSERT(count == 0 || binomial_upper_tail(count - 1, trials, 0.5) > alpha);
}

RC_GTEST_PROP(BinomialTest, clopper_pearson_contains_the_share_it_was_made_from, ()) {
  const auto trials = *rc::gen::inRange<std::size_t>(1, 500);
  const auto successes = *rc::gen::inRange<std::size_t>(0, trials + 1);
  const ProportionInterval interval = clopper_pearson(successes, trials, 0.95);
  const double share = static_cast<double>(successes) / static_cast<double>(trials);
  RC_ASSERT(0 <= interval.lower && interval.lower <= share && share <= interval.upper && interval.upper <= 1);
  // Each end leaves 2.5 % beyond it, by definition.
  if (successes > 0) RC_ASSERT(std::abs(binomial_upper_tail(successes, trials, interval.lower) - 0.025) < 1e-9);
  if (successes < trials) {
    RC_ASSERT(std::abs(1 - binomial_upper_tail(successes + 1, trials, interval.upper) - 0.025) < 1e-9);
  }
}

}  // namespace
}  // namespace attngate::test

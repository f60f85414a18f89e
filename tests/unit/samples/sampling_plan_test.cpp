#include "attngate/samples/sampling_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace attngate::test {
namespace {

TEST(CallsPerSampleTest, are_as_few_as_last_long_enough) {
  EXPECT_EQ(calls_per_sample(1000, 200), 1u);
  EXPECT_EQ(calls_per_sample(200, 200), 1u);
  EXPECT_EQ(calls_per_sample(199, 200), 2u);
  EXPECT_EQ(calls_per_sample(29, 200), 7u);
}

TEST(CallsPerSampleTest, have_an_upper_limit) {
  EXPECT_EQ(calls_per_sample(1e-3, 200), most_calls_per_sample);
  EXPECT_EQ(calls_per_sample(0, 200), most_calls_per_sample);
  EXPECT_EQ(calls_per_sample(std::numeric_limits<double>::quiet_NaN(), 200), most_calls_per_sample);
}

TEST(PairsWithinTest, are_all_where_the_budget_allows) {
  EXPECT_EQ(pairs_within(0.5, 1e-3, 201), 201u);
  EXPECT_EQ(pairs_within(0.5, 0, 201), 201u);
}

TEST(PairsWithinTest, are_fewer_and_odd_where_it_does_not) {
  EXPECT_EQ(pairs_within(0.5, 5e-3, 201), 99u);
  EXPECT_EQ(pairs_within(0.5, 0.5 / 64, 201), 63u);
  EXPECT_EQ(pairs_within(0.5, 0.5 / 63, 201), 63u);
  EXPECT_EQ(pairs_within(10, 1e-3, 200), 199u);
}

TEST(PairsWithinTest, are_never_too_few_to_decide) {
  EXPECT_EQ(pairs_within(0.5, 10, 201), least_pairs);
  EXPECT_EQ(pairs_within(0.5, 1e-3, 3), least_pairs);
}

TEST(DrawOrdersTest, are_the_same_for_the_same_seed_and_others_for_another) {
  EXPECT_EQ(draw_orders(42, 201), draw_orders(42, 201));
  EXPECT_NE(draw_orders(42, 201), draw_orders(43, 201));
}

TEST(DrawOrdersTest, are_the_same_on_every_machine) {
  EXPECT_EQ(draw_orders(42, 8), (std::vector<bool>{true, true, true, false, true, false, true, false}));
}

TEST(DrawOrdersTest, put_either_operator_first_about_as_often) {
  const std::vector<bool> orders = draw_orders(7, 10'001);
  // Five standard deviations of 10,001 fair coins are 250.
  EXPECT_NEAR(static_cast<double>(std::ranges::count(orders, true)), 5'000, 250);
}

}  // namespace
}  // namespace attngate::test

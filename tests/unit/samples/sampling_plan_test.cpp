#include "attngate/samples/sampling_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <vector>

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

/// Of so many rounds of two operators whether the second one goes first.
std::vector<bool> second_goes_first(std::uint64_t seed, std::size_t rounds) {
  RoundOrders orders(seed);
  std::vector<bool> second_first;
  while (second_first.size() < rounds) second_first.push_back(orders.next({0, 1}).front() == 1);
  return second_first;
}

TEST(RoundOrdersTest, are_the_same_for_the_same_seed_and_others_for_another) {
  EXPECT_EQ(second_goes_first(42, 201), second_goes_first(42, 201));
  EXPECT_NE(second_goes_first(42, 201), second_goes_first(43, 201));
}

TEST(RoundOrdersTest, are_the_same_on_every_machine) {
  EXPECT_EQ(second_goes_first(42, 8), (std::vector<bool>{true, true, true, false, true, false, true, false}));
}

TEST(RoundOrdersTest, of_two_are_the_first_bits_of_the_standards_generator) {
  std::mt19937_64 bits(7);
  for (const bool second_first : second_goes_first(7, 1001)) EXPECT_EQ(second_first, bits() >> 63 == 1);
}

TEST(RoundOrdersTest, put_either_operator_first_about_as_often) {
  const std::vector<bool> orders = second_goes_first(7, 10'001);
  // Five standard deviations of 10,001 fair coins are 250.
  EXPECT_NEAR(static_cast<double>(std::ranges::count(orders, true)), 5'000, 250);
}

TEST(RoundOrdersTest, put_three_operators_into_each_of_their_six_orders_about_as_often) {
  RoundOrders orders(7);
  std::map<std::vector<std::size_t>, int> seen;
  for (int round = 0; round < 12'000; ++round) ++seen[orders.next({2, 5, 9})];
  ASSERT_EQ(seen.size(), 6u);
  // Five standard deviations of 12,000 draws with a chance of one sixth are 204.
  for (const auto& [order, rounds] : seen) EXPECT_NEAR(rounds, 2'000, 204);
}

TEST(RoundOrdersTest, of_one_or_none_are_what_they_were) {
  RoundOrders orders(7);
  EXPECT_EQ(orders.next({}), std::vector<std::size_t>{});
  EXPECT_EQ(orders.next({3}), std::vector<std::size_t>{3});
}

}  // namespace
}  // namespace attngate::test

#include "attngate/decision/decision_text.h"

#include <gtest/gtest.h>

#include <cmath>

#include "unit/decision/sample_pairs.h"

namespace attngate::test {
namespace {

// 201 log ratios evenly spread over median +- half a width.
std::vector<PairSample> around(double log_ratio, double width) {
  std::vector<double> log_ratios;
  for (int index = 0; index < 201; ++index) log_ratios.push_back(log_ratio + width * (index / 200.0 - 0.5));
  return pairs_with(log_ratios);
}

TEST(DecisionTextTest, shows_headroom_to_a_tenth_of_a_percent_below_ten) {
  EXPECT_EQ(headroom_text(0.283), "28 %");
  EXPECT_EQ(headroom_text(0.0046), "0.5 %");
  EXPECT_EQ(headroom_text(-0.0187), "-1.9 %");
}

TEST(DecisionTextTest, says_a_speedup_with_interval_bound_and_headroom) {
  const Bound bound{BoundKind::required_speedup, 1.8};
  const Decision decision = decide(bound, screen(bound, {}, {}, around(-std::log(2.31), 0.1)));
  EXPECT_EQ(decision_line({"fast", "slow"}, decision),
            "fast is 2.31 times as fast as slow (2.29 to 2.33), at least 1.8 required");
}

TEST(DecisionTextTest, says_a_ratio_with_the_digits_that_tell_it_from_its_bound) {
  const Bound bound{BoundKind::upper_ratio, 1.01};
  const Decision decision = decide(bound, screen(bound, {}, {}, around(std::log(1.0004), 0.004)));
  EXPECT_EQ(decision_line({"A", "A"}, decision), "A takes 1.0004 of A's time (1.0001 to 1.0007), at most 1.01 allowed");
}

TEST(DecisionTextTest, says_a_share_of_the_peak_without_an_interval_of_one) {
  const Bound bound{BoundKind::floor, 0.28};
  const Decision decision =
      decide(bound, screen(bound, single_value_policy(), {}, std::vector<PairSample>{{.candidate = 0.41, .base = 1}}));
  EXPECT_EQ(decision_line({"SDPA", "the product peak"}, decision),
            "SDPA reaches 0.41 of the product peak, at least 0.28 required");
}

TEST(DecisionTextTest, says_what_decided_a_failure) {
  const Bound bound{BoundKind::upper_ratio, 1.01};
  const std::vector<std::vector<PairSample>> processes(12, pairs_with(std::vector<double>(40, std::log(1.03))));
  const Decision decision =
      decide(bound, screen(bound, {}, {}, around(std::log(1.03), 0.01)), confirm(bound, {}, {}, processes));
  EXPECT_EQ(
      decision_line({"new", "old"}, decision),
      "new takes 1.030 of old's time (1.030 to 1.030), at most 1.01 allowed; 201 of 201 pairs beyond the bound, 118 "
      "flag; 12 of 12 fresh processes beyond the bound, 11 fail");
}

TEST(DecisionTextTest, says_of_an_operator_against_itself_and_of_memory_what_the_ratio_is_of) {
  const Bound bound{BoundKind::upper_ratio, 1.5};
  const Decision decision = decide(bound, screen(bound, {}, {}, around(std::log(1.2), 0.1)));
  EXPECT_TRUE(decision_line({"SDPA", "itself"}, decision).starts_with("SDPA takes 1.200 of its own time ("));
  EXPECT_TRUE(decision_line({"nested", "padded", "peak memory"}, decision)
                  .starts_with("nested takes 1.200 of padded's peak memory ("));
}

TEST(DecisionTextTest, calls_a_pass_whose_interval_reaches_beyond_the_bound_within_noise) {
  const Bound bound{BoundKind::upper_ratio, 1.01};
  const Decision close = decide(bound, screen(bound, {}, {}, around(std::log(1.0099), 0.004)));
  EXPECT_TRUE(within_noise(close));
  EXPECT_EQ(decision_line({"new", "old"}, close),
            "new takes 1.0099 of old's time (1.0096 to 1.0102), at most 1.01 allowed; within noise of the bound");
  EXPECT_FALSE(within_noise(decide(bound, screen(bound, {}, {}, around(std::log(1.005), 0.004)))));
  EXPECT_FALSE(within_noise(decide(bound, screen(bound, {}, {}, {})))) << "nothing was measured";
}

TEST(DecisionTextTest, says_why_a_gate_did_not_decide) {
  const Bound bound{BoundKind::upper_ratio, 1.01};
  EXPECT_EQ(decision_line({"new", "old"}, decide(bound, screen(bound, {}, {}, {}))),
            "nothing measured of new against old; 0 of 201 planned pairs are valid");
}

TEST(DecisionTextTest, shows_the_coverage_of_an_interval_that_falls_short) {
  const Bound bound{BoundKind::upper_ratio, 1.5};
  Policy policy;
  policy.screen_pairs = 5;
  policy.screen_alpha = 0.05;
  const Decision decision = decide(bound, screen(bound, policy, {}, pairs_with({0.1, 0.2, 0.3, 0.15, 0.25})));
  EXPECT_EQ(decision_line({"a", "b"}, decision),
            "a takes 1.221 of b's time (93 % interval 1.105 to 1.350), at most 1.5 allowed");
}

}  // namespace
}  // namespace attngate::test

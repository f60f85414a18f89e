#include "attngate/decision/signed_rank.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include "attngate/decision/order_statistics.h"

namespace attngate::test {
namespace {

/// Sum of twelve uniform values: nearly normal, with standard deviation 1.
double normal_value(std::mt19937_64& random) {
  double sum = -6;
  for (int part = 0; part < 12; ++part) sum += static_cast<double>(random() >> 11) * 0x1p-53;
  return sum;
}

TEST(SignedRankTest, gives_the_tails_of_the_printed_tables) {
  // Wilcoxon's critical values, two-sided 5 %: 0 for n = 6, 2 for 7, 3 for 8, 5 for 9, 8 for 10, 52 for 20.
  EXPECT_DOUBLE_EQ(signed_rank_lower_tail(6, 0), 1 / 64.0);
  for (const auto& [count, critical] : {std::pair(6, 0), {7, 2}, {8, 3}, {9, 5}, {10, 8}, {20, 52}}) {
    const auto n = static_cast<std::size_t>(count), t = static_cast<std::size_t>(critical);
    EXPECT_LE(signed_rank_lower_tail(n, t), 0.025) << count;
    EXPECT_GT(signed_rank_lower_tail(n, t + 1), 0.025) << count;
  }
  EXPECT_DOUBLE_EQ(signed_rank_lower_tail(4, 10), 1);
  EXPECT_DOUBLE_EQ(signed_rank_lower_tail(4, 1000), 1);
}

TEST(SignedRankTest, takes_the_middle_of_the_means_of_all_pairs) {
  const CentreEstimate estimate = estimate_centre(std::vector<double>{1, 2, 6});
  EXPECT_DOUBLE_EQ(estimate.centre, (2 + 3.5) / 2);  // 1, 1.5, 2, 3.5, 4, 6
  EXPECT_EQ(estimate.lower, 1);
  EXPECT_EQ(estimate.upper, 6);
  EXPECT_DOUBLE_EQ(estimate.coverage, 1 - 2.0 / 8);
}

TEST(SignedRankTest, leaves_out_as_many_means_on_each_side_as_the_confidence_allows) {
  const std::vector<double> seven = {1, 2, 4, 8, 16, 32, 64};
  const CentreEstimate estimate = estimate_centre(seven);
  EXPECT_EQ(estimate.lower, 2) << "1 and 1.5 are left out";
  EXPECT_EQ(estimate.upper, 40) << "64 and 48 are left out";
  EXPECT_DOUBLE_EQ(estimate.coverage, 1 - 2 * signed_rank_lower_tail(7, 2));
}

TEST(SignedRankTest, knows_one_value_and_states_that_it_covers_nothing) {
  const CentreEstimate estimate = estimate_centre(std::vector<double>{3});
  EXPECT_EQ(estimate.centre, 3);
  EXPECT_EQ(estimate.lower, 3);
  EXPECT_EQ(estimate.upper, 3);
  EXPECT_EQ(estimate.coverage, 0);
}

TEST(SignedRankTest, refuses_what_has_no_centre) {
  EXPECT_THROW(estimate_centre({}), std::invalid_argument);
  EXPECT_THROW(estimate_centre(std::vector<double>{1, std::nan("")}), std::invalid_argument);
  EXPECT_THROW(estimate_centre(std::vector<double>{1, INFINITY}), std::invalid_argument);
  EXPECT_THROW(estimate_centre(std::vector<double>{-INFINITY, INFINITY}), std::invalid_argument);
  EXPECT_THROW(estimate_centre(std::vector<double>{1, 2}, 1.0), std::invalid_argument);
  for (const std::size_t count : {6u, 20u}) {
    std::vector<double> values(count, 1.0);
    values[count / 2] = std::nan("");
    EXPECT_THROW(estimate_centre(values), std::invalid_argument) << count;
  }
}

TEST(SignedRankTest, interval_covers_the_centre_as_often_as_stated) {
  std::mt19937_64 random(20261126);
  for (const std::size_t count : {6u, 9u, 20u}) {
    constexpr int samples = 4000;
    int covered = 0;
    double coverage = 0;
    for (int sample = 0; sample < samples; ++sample) {
      std::vector<double> values(count);
      for (double& value : values) value = 5 + normal_value(random);
      const CentreEstimate estimate = estimate_centre(values);
      coverage = estimate.coverage;
      covered += estimate.lower <= 5 && 5 <= estimate.upper;
    }
    EXPECT_GE(coverage, 0.95);
    // Four standard deviations of the share of 4,000.
    EXPECT_NEAR(static_cast<double>(covered) / samples, coverage, 4 * std::sqrt(coverage * (1 - coverage) / samples))
        << count;
  }
}

TEST(SignedRankTest, scatters_less_than_the_median_and_strays_do_not_move_it) {
  std::mt19937_64 random(7);
  double centres = 0, medians = 0, with_strays = 0;
  constexpr int samples = 4000;
  for (int sample = 0; sample < samples; ++sample) {
    std::vector<double> values(10);
    for (double& value : values) value = normal_value(random);
    centres += std::pow(estimate_centre(values).centre, 2);
    medians += std::pow(median(values), 2);
    values[0] = 1000;
    with_strays += std::pow(estimate_centre(values).centre, 2);
  }
  // Variances of 10 normal values: the mean's 0.1, its 0.106; the median's is 0.138.
  EXPECT_NEAR(centres / samples, 0.106, 0.01);
  EXPECT_LT(centres, 0.85 * medians);
  EXPECT_LT(with_strays / samples, 0.3);
}

RC_GTEST_PROP(SignedRankTest, interval_encloses_the_centre_whatever_the_order, ()) {
  auto values = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<double>>(rc::gen::map(rc::gen::inRange(-50, 50), [](int i) { return i / 8.0; })));
  const CentreEstimate estimate = estimate_centre(values);
  RC_ASSERT(estimate.lower <= estimate.centre && estimate.centre <= estimate.upper);
  std::ranges::reverse(values);
  RC_ASSERT(estimate_centre(values).lower == estimate.lower);
  RC_ASSERT(estimate_centre(values).centre == estimate.centre);
  RC_ASSERT(estimate_centre(values).upper == estimate.upper);
}

}  // namespace
}  // namespace attngate::test

#include "attngate/decision/order_statistics.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

#include "attngate/decision/sign_test.h"

namespace attngate::test {
namespace {

std::vector<double> one_to(int count) {
  std::vector<double> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

TEST(OrderStatisticsTest, gives_the_interval_of_the_printed_tables) {
  // Order statistics for 95 % of the median: n = 10: 2 and 9 (97.9 %); n = 20: 6 and 15 (95.9 %); n = 100: 40 and 61.
  const MedianEstimate ten = estimate_median(one_to(10));
  EXPECT_EQ(ten.median, 5.5);
  EXPECT_EQ(ten.lower, 2);
  EXPECT_EQ(ten.upper, 9);
  EXPECT_NEAR(ten.coverage, 0.979, 0.0005);
  const MedianEstimate twenty = estimate_median(one_to(20));
  EXPECT_EQ(twenty.lower, 6);
  EXPECT_EQ(twenty.upper, 15);
  EXPECT_NEAR(twenty.coverage, 0.959, 0.0005);
  const MedianEstimate hundred = estimate_median(one_to(100));
  EXPECT_EQ(hundred.lower, 40);
  EXPECT_EQ(hundred.upper, 61);
}

TEST(OrderStatisticsTest, states_a_lower_coverage_for_too_few_values) {
  const MedianEstimate five = estimate_median(one_to(5));
  EXPECT_EQ(five.lower, 1);
  EXPECT_EQ(five.upper, 5);
  EXPECT_DOUBLE_EQ(five.coverage, 1 - 2.0 / 32);
  const MedianEstimate one = estimate_median(one_to(1));
  EXPECT_EQ(one.lower, 1);
  EXPECT_EQ(one.upper, 1);
  EXPECT_EQ(one.coverage, 0);
}

TEST(OrderStatisticsTest, closes_the_interval_on_a_constant) {
  const MedianEstimate estimate = estimate_median(std::vector<double>(40, 0.25));
  EXPECT_EQ(estimate.median, 0.25);
  EXPECT_EQ(estimate.lower, 0.25);
  EXPECT_EQ(estimate.upper, 0.25);
}

TEST(OrderStatisticsTest, refuses_what_has_no_median) {
  EXPECT_THROW(estimate_median({}), std::invalid_argument);
  EXPECT_THROW(lower_median({}), std::invalid_argument);
  EXPECT_THROW(robust_spread({}), std::invalid_argument);
  EXPECT_THROW(estimate_median(std::vector<double>{1, std::nan("")}), std::invalid_argument);
  EXPECT_THROW(estimate_median(std::vector<double>{1, INFINITY}), std::invalid_argument);
  EXPECT_THROW(estimate_median(std::vector<double>{1, 2}, 1.0), std::invalid_argument);
}

TEST(OrderStatisticsTest, interval_covers_the_median_as_often_as_stated) {
  // Exponential values, median ln 2: far from symmetric. 4,000 samples of 40; the coverage of ranks 14 and 27 is 96.2
  // %.
  std::mt19937_64 random(20240501);
  int covered = 0;
  constexpr int samples = 4000;
  double coverage = 0;
  for (int sample = 0; sample < samples; ++sample) {
    std::vector<double> values(40);
    for (double& value : values) value = -std::log((static_cast<double>(random() >> 11) + 0.5) * 0x1p-53);
    const MedianEstimate estimate = estimate_median(values);
    coverage = estimate.coverage;
    covered += estimate.lower <= std::log(2.0) && std::log(2.0) <= estimate.upper;
  }
  // Four standard deviations of the share of 4,000.
  EXPECT_NEAR(static_cast<double>(covered) / samples, coverage, 4 * std::sqrt(coverage * (1 - coverage) / samples));
}

TEST(OrderStatisticsTest, spread_is_that_of_the_normal_distribution_and_ignores_spikes) {
  std::vector<double> values;
  std::mt19937_64 random(7);
  for (int index = 0; index < 20000; ++index) {  // a sum of 12 uniform values has standard deviation 1
    double sum = 0;
    for (int part = 0; part < 12; ++part) sum += static_cast<double>(random() >> 11) * 0x1p-53;
    values.push_back(0.004 * sum);
  }
  EXPECT_NEAR(robust_spread(values), 0.004, 0.0001);
  for (std::size_t index = 0; index < values.size(); index += 50) values[index] += 10;
  EXPECT_NEAR(robust_spread(values), 0.004, 0.0003);
  EXPECT_EQ(robust_spread(std::vector<double>{3}), 0);
}

RC_GTEST_PROP(OrderStatisticsTest, interval_encloses_the_median_whatever_the_order, ()) {
  auto values = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<double>>(rc::gen::map(rc::gen::inRange(-50, 50), [](int i) { return i / 8.0; })));
  const MedianEstimate estimate = estimate_median(values);
  RC_ASSERT(estimate.lower <= estimate.median && estimate.median <= estimate.upper);
  std::ranges::reverse(values);
  RC_ASSERT(estimate_median(values).lower == estimate.lower);
  RC_ASSERT(estimate_median(values).upper == estimate.upper);
}

RC_GTEST_PROP(OrderStatisticsTest, lower_median_exceeds_exactly_what_more_than_half_of_the_values_exceed, ()) {
  const auto values = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<double>>(rc::gen::map(rc::gen::inRange(-9, 9), [](int i) { return i * 1.0; })));
  const double threshold = *rc::gen::inRange(-9, 9);
  RC_ASSERT((lower_median(values) > threshold) == (2 * count_exceeding(values, threshold) > values.size()));
}

}  // namespace
}  // namespace attngate::test

#include "attngate/decision/bound.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace attngate::test {
namespace {

TEST(BoundTest, knows_the_wrong_side_of_each_kind) {
  EXPECT_GT(excess({BoundKind::upper_ratio, 1.01}, std::log(1.02)), 0);
  EXPECT_LT(excess({BoundKind::upper_ratio, 1.01}, std::log(1.005)), 0);
  // The candidate takes half the time: a speed-up of 2.
  EXPECT_LT(excess({BoundKind::required_speedup, 1.8}, std::log(0.5)), 0);
  EXPECT_GT(excess({BoundKind::required_speedup, 2.2}, std::log(0.5)), 0);
  EXPECT_LT(excess({BoundKind::floor, 0.28}, std::log(0.35)), 0);
  EXPECT_GT(excess({BoundKind::floor, 0.28}, std::log(0.17)), 0);
}

TEST(BoundTest, holds_on_the_bound_itself) {
  EXPECT_EQ(excess({BoundKind::upper_ratio, 1.01}, std::log(1.01)), 0);
  EXPECT_EQ(excess({BoundKind::required_speedup, 1.8}, -std::log(1.8)), 0);
  EXPECT_EQ(excess({BoundKind::floor, 0.28}, std::log(0.28)), 0);
}

TEST(BoundTest, shows_ratio_and_headroom_as_people_say_them) {
  EXPECT_NEAR(shown_ratio({BoundKind::required_speedup, 1.8}, -std::log(2.31)), 2.31, 1e-12);
  EXPECT_NEAR(headroom({BoundKind::required_speedup, 1.8}, -std::log(2.31)), 2.31 / 1.8 - 1, 1e-12);
  EXPECT_NEAR(headroom({BoundKind::upper_ratio, 1.01}, 0), 0.01, 1e-12);
  EXPECT_NEAR(headroom({BoundKind::floor, 0.28}, std::log(0.14)), -0.5, 1e-12);
}

TEST(BoundTest, refuses_a_value_that_is_no_ratio) {
  for (const double value : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(excess({BoundKind::upper_ratio, value}, 0), std::invalid_argument);
  }
}

RC_GTEST_PROP(BoundTest, a_speedup_is_the_upper_ratio_of_its_reciprocal, ()) {
  const double value = *rc::gen::inRange(1, 1000) / 100.0;
  const double log_ratio = *rc::gen::inRange(-300, 300) / 100.0;
  RC_ASSERT(std::abs(excess({BoundKind::required_speedup, value}, log_ratio) -
                     excess({BoundKind::upper_ratio, 1 / value}, log_ratio)) < 1e-12);
  RC_ASSERT(std::abs(excess({BoundKind::floor, value}, log_ratio) +
                     excess({BoundKind::upper_ratio, value}, log_ratio)) < 1e-12);
}

}  // namespace
}  // namespace attngate::test

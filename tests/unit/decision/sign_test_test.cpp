#include "attngate/decision/sign_test.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace attngate::test {
namespace {

TEST(SignTestTest, has_the_constants_that_the_documentation_states) {
  EXPECT_EQ(make_sign_test(201, 0.01).critical, 118u);
  EXPECT_NEAR(make_sign_test(201, 0.01).attained_alpha, 0.0081, 0.00005);
  EXPECT_EQ(make_sign_test(201, 0.001).critical, 123u);
  EXPECT_NEAR(make_sign_test(201, 0.001).attained_alpha, 0.0009, 0.00005);
  EXPECT_EQ(make_sign_test(12, 0.005).critical, 11u);
  EXPECT_DOUBLE_EQ(make_sign_test(12, 0.005).attained_alpha, 13.0 / 4096);
  EXPECT_EQ(make_sign_test(20, 0.001).critical, 18u);
  EXPECT_NEAR(make_sign_test(20, 0.001).attained_alpha, 0.0002, 0.00005);
}

TEST(SignTestTest, attains_no_more_than_it_was_asked_for) {
  for (std::size_t trials = 0; trials < 120; ++trials) {
    for (const double alpha : {0.5, 0.05, 0.01, 0.001}) {
      const SignTest test = make_sign_test(trials, alpha);
      EXPECT_LE(test.attained_alpha, alpha);
      EXPECT_DOUBLE_EQ(test.power(0.5), test.attained_alpha);
    }
  }
}

TEST(SignTestTest, of_a_single_value_at_one_half_is_a_comparison) {
  const SignTest test = make_sign_test(1, 0.5);
  EXPECT_EQ(test.critical, 1u);
  EXPECT_EQ(test.attained_alpha, 0.5);
}

TEST(SignTestTest, knows_the_fewest_values_that_can_fail) {
  EXPECT_EQ(fewest_trials(0.005), 8u);
  EXPECT_EQ(fewest_trials(0.5), 1u);
  EXPECT_THROW(fewest_trials(0), std::invalid_argument);
}

TEST(SignTestTest, cannot_fail_with_too_few_values) {
  EXPECT_FALSE(make_sign_test(6, 0.01).can_fail());
  EXPECT_EQ(make_sign_test(6, 0.01).attained_alpha, 0);
  EXPECT_EQ(make_sign_test(6, 0.01).power(1), 0);
  EXPECT_TRUE(make_sign_test(7, 0.01).can_fail());
  EXPECT_THROW(make_sign_test(7, 0), std::invalid_argument);
}

TEST(SignTestTest, does_not_count_ties) {
  EXPECT_EQ(count_exceeding(std::vector<double>(50, 0.01), 0.01), 0u);
  EXPECT_EQ(count_exceeding(std::vector<double>{0.01, 0.02, 0.0, 0.03}, 0.01), 2u);
}

TEST(SignTestTest, counts_infinities_and_not_nan) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(count_exceeding(std::vector<double>{infinity, -infinity, std::nan("")}, 0), 1u);
  EXPECT_EQ(count_exceeding({}, 0), 0u);
}

}  // namespace
}  // namespace attngate::test

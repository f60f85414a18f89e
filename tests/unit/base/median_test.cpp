#include "attngate/base/median.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace attngate::test {
namespace {

TEST(MedianOf, is_the_middle_value_or_the_mean_of_the_middle_two) {
  EXPECT_EQ(median_of({7}), 7);
  EXPECT_EQ(median_of({9, -1, 4}), 4);
  EXPECT_EQ(median_of({9, 1, 4, 2}), 3);
  EXPECT_EQ(median_of({1, 1}), 1);
}

TEST(MedianOf, no_values_is_refused) { EXPECT_THROW(median_of({}), std::invalid_argument); }

}  // namespace
}  // namespace attngate::test

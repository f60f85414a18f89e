#include "attngate/base/number_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace attngate::test {
namespace {

TEST(ShortNumberTest, takes_four_characters_at_most) {
  EXPECT_EQ(short_number(0.7249), "0.72");
  EXPECT_EQ(short_number(1), "1.00");
  EXPECT_EQ(short_number(9.994), "9.99");
  EXPECT_EQ(short_number(9.996), "10.0");
  EXPECT_EQ(short_number(99.96), "100");
  EXPECT_EQ(short_number(1234.5), "1234");
  EXPECT_EQ(short_number(9999.7), "1e4");
  EXPECT_EQ(short_number(123456), "1e5");
  EXPECT_EQ(short_number(1e20), "1e20");
  EXPECT_EQ(short_number(0.004), "4e-3");
  EXPECT_EQ(short_number(0), "0.00");
  EXPECT_EQ(short_number(std::numeric_limits<double>::infinity()), "inf");
  for (double number = 1e-9; number < 1e30; number *= 1.01) EXPECT_LE(short_number(number).size(), 4u) << number;
}

TEST(RangeTextTest, takes_twelve_characters_at_most) {
  EXPECT_EQ(range_text(0.68, 0.7449), "0.68 to 0.74");
  EXPECT_EQ(range_text(0.001, 1e9), "1e-3 to 1e9");
}

}  // namespace
}  // namespace attngate::test

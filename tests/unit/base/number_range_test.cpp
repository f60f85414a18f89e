#include "attngate/base/number_range.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace attngate::test {
namespace {

TEST(WholeRangeTest, reads_decimal_digits_from_the_least_to_the_most) {
  constexpr WholeRange range{1, 501};
  EXPECT_EQ(range.read("1"), 1u);
  EXPECT_EQ(range.read("501"), 501u);
  EXPECT_EQ(range.read("010"), 10u) << "not eight";
  for (const char* text : {"0", "502", "nan", "inf", "-1", "+1", "1e2", "1e999", "0x10", "", " 5", "5 ", "5x", "5.0",
                           "1,2", "18446744073709551616"})
    EXPECT_EQ(range.read(text), std::nullopt) << text;
  EXPECT_EQ(range.text(), "a whole number, 1 to 501");
}

TEST(WholeRangeTest, goes_up_to_the_largest_number) {
  constexpr WholeRange range{0, std::numeric_limits<std::uint64_t>::max()};
  EXPECT_EQ(range.read("18446744073709551615"), range.most);
  EXPECT_EQ(range.read("18446744073709551616"), std::nullopt);
}

TEST(RealRangeTest, reads_finite_numbers_from_the_least_to_the_most) {
  constexpr RealRange range{1e-3, 604800};
  EXPECT_EQ(range.read("0.001"), 0.001);
  EXPECT_EQ(range.read("1e3"), 1000.0);
  EXPECT_EQ(range.read("604800"), 604800.0);
  for (const char* text : {"0", "0.0009", "604801", "nan", "-nan", "NaN", "inf", "-inf", "infinity", "-1", "1e999",
                           "1e-999", "0x10", "", " 5", "5 ", "5x", "5s"})
    EXPECT_EQ(range.read(text), std::nullopt) << text;
  EXPECT_EQ(range.text(), "a number, 0.001 to 604800");
}

TEST(RealRangeTest, takes_nan_and_infinity_in_no_range) {
  constexpr RealRange all{-HUGE_VAL, HUGE_VAL};
  EXPECT_EQ(all.read("nan"), std::nullopt);
  EXPECT_EQ(all.read("inf"), std::nullopt);
}

}  // namespace
}  // namespace attngate::test

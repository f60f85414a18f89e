#include "attngate/base/text_table.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "attngate/base/number_text.h"

namespace attngate::test {
namespace {

TEST(TextTableTest, lines_words_up_on_the_left_and_numbers_on_the_right) {
  TextTable table({{"name"}, {"cases", Align::right}, {"note"}});
  table.add_row({"a", "1,000", "x"});
  table.add_row({"longer", "7", ""});
  EXPECT_EQ(table.text(),
            "name    cases  note\n"
            "------  -----  ----\n"
            "a       1,000  x\n"
            "longer      7\n");
}

TEST(TextTableTest, counts_characters_and_not_bytes) {
  TextTable table({{"name"}, {"n", Align::right}});
  table.add_row({"µs", "1"});
  table.add_row({"ab", "2"});
  EXPECT_EQ(table.text("  "), "  name  n\n  ----  -\n  µs    1\n  ab    2\n");
}

TEST(TextTableTest, keeps_notes_out_of_the_columns) {
  TextTable table({{"a"}, {"b"}});
  table.add_row({"1", "2"});
  table.add_note("a note wider than the table");
  EXPECT_EQ(table.text(), "a  b\n-  -\n1  2\n    a note wider than the table\n");
}

TEST(TextTableTest, refuses_rows_of_another_width_and_notes_without_a_row) {
  TextTable table({{"a"}, {"b"}});
  EXPECT_THROW(table.add_row({"1"}), std::invalid_argument);
  EXPECT_THROW(table.add_note("x"), std::invalid_argument);
}

TEST(WrappedTest, breaks_at_spaces_and_keeps_long_words_whole) {
  EXPECT_EQ(wrapped("aa bb cc dd", "> ", 8), "> aa bb\n> cc dd\n");
  EXPECT_EQ(wrapped("a 0123456789 b", "", 5), "a\n0123456789\nb\n");
}

TEST(WrappedTest, leaves_lines_that_fit_as_they_are) { EXPECT_EQ(wrapped("a   b\n\nc ", " ", 10), " a   b\n\n c\n"); }

TEST(NumberTextTest, groups_thousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(NumberTextTest, keeps_large_and_impossible_margins_short) {
  EXPECT_EQ(margin_text(0.314, 2), "0.31");
  EXPECT_EQ(margin_text(123456, 2), "1.2e+05");
  EXPECT_EQ(margin_text(std::numeric_limits<double>::infinity(), 2), "inf");
  EXPECT_EQ(margin_text(std::numeric_limits<double>::quiet_NaN(), 3), "nan");
}

}  // namespace
}  // namespace attngate::test

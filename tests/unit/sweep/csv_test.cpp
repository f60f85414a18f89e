#include "attngate/sweep/csv.h"

#include <gtest/gtest.h>

namespace attngate::test {
namespace {

TEST(CsvTest, comes_back_as_it_was_written) {
  const std::vector<CsvRow> rows = {{"plain", "", "1.5"}, {"a, b", "\"quoted\"", "two\nlines"}, {"", "", ""}};
  std::string text;
  for (const CsvRow& row : rows) text += csv_line(row);
  const CsvText parsed = parse_csv(text);
  EXPECT_EQ(parsed.rows, rows);
  EXPECT_EQ(parsed.whole_bytes, text.size());
}

TEST(CsvTest, quotes_what_needs_it_alone) { EXPECT_EQ(csv_line({"a b", "c,d"}), "a b,\"c,d\"\n"); }

TEST(CsvTest, leaves_out_a_line_that_was_never_finished) {
  const CsvText parsed = parse_csv("a,b\n1,2\n3,");
  EXPECT_EQ(parsed.rows, (std::vector<CsvRow>{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(parsed.whole_bytes, 8u);
}

TEST(CsvTest, leaves_out_a_quote_that_is_never_closed) {
  EXPECT_EQ(parse_csv("a\n\"b\nc\n").rows, (std::vector<CsvRow>{{"a"}}));
}

TEST(CsvTest, reads_the_line_ends_of_python) {
  EXPECT_EQ(parse_csv("a,b\r\n").rows, (std::vector<CsvRow>{{"a", "b"}}));
}

TEST(CsvTest, has_no_rows_in_an_empty_text) { EXPECT_TRUE(parse_csv("").rows.empty()); }

}  // namespace
}  // namespace attngate::test

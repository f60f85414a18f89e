#include "unit/golden.h"

#include <gtest/gtest.h>

#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

TEST(GoldenTest, matches_the_same_text_and_says_nothing) {
  const ScratchFolder folder;
  write_text(folder / "table.txt", "a\nb\n");
  const GoldenOutcome outcome = compare_with_golden(folder / "table.txt", "a\nb\n", false);
  EXPECT_TRUE(outcome.matches);
  EXPECT_EQ(outcome.message, "");
}

TEST(GoldenTest, shows_the_first_line_that_differs_and_how_to_approve) {
  const ScratchFolder folder;
  write_text(folder / "table.txt", "a\nb\n");
  const GoldenOutcome outcome = compare_with_golden(folder / "table.txt", "a\nc\n", false);
  EXPECT_FALSE(outcome.matches);
  EXPECT_NE(outcome.message.find("line 2\n  golden: b\n  now:    c\n"), std::string::npos) << outcome.message;
  EXPECT_NE(outcome.message.find("ATTNGATE_APPROVE=1"), std::string::npos) << outcome.message;
}

TEST(GoldenTest, sees_a_missing_last_line_end) {
  const ScratchFolder folder;
  write_text(folder / "table.txt", "a\n");
  EXPECT_FALSE(compare_with_golden(folder / "table.txt", "a", false).matches);
  EXPECT_FALSE(compare_with_golden(folder / "table.txt", "a\nb\n", false).matches);
}

TEST(GoldenTest, fails_without_a_file_even_for_an_empty_text) {
  const ScratchFolder folder;
  const GoldenOutcome outcome = compare_with_golden(folder / "none.txt", "", false);
  EXPECT_FALSE(outcome.matches);
  EXPECT_NE(outcome.message.find("is missing"), std::string::npos) << outcome.message;
}

TEST(GoldenTest, approving_writes_the_file_and_shows_what_it_wrote) {
  const ScratchFolder folder;
  const std::string file = folder / "room/table.txt";
  const GoldenOutcome outcome = compare_with_golden(file, "new\n", true);
  EXPECT_TRUE(outcome.matches);
  EXPECT_NE(outcome.message.find("approved: wrote " + file + "\nnew\n"), std::string::npos) << outcome.message;
  EXPECT_EQ(file_text(file), "new\n");
  EXPECT_TRUE(compare_with_golden(file, "new\n", false).matches);
}

}  // namespace
}  // namespace attngate::test

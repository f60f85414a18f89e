// How large a sweep is, is said before anything is measured, and takes neither time nor memory.
#include <gtest/gtest.h>

#include <filesystem>

#include "command.h"
#include "one_helpful_line.h"

namespace attngate::test {
namespace {

std::string list_of_numbers_to(int most) {
  std::string list = "1";
  for (int number = 2; number <= most; ++number) list += "," + std::to_string(number);
  return list;
}

/// 1000 batch sizes x 1000 lengths x 125 embed dimensions x 80 b, on the CPU.
Command sweep_of_ten_billion_rows(const std::vector<std::string>& more) {
  Command command = {.program = attngate_command,
                     .arguments = {"sweep", "fastpath", "--device", "cpu", "--batch-sizes", list_of_numbers_to(1000),
                                   "--sequence-lengths", list_of_numbers_to(1000), "--embed-dims",
                                   list_of_numbers_to(125), "--n-heads", "1", "--b-values", list_of_numbers_to(80)},
                     .forked = true,
                     .timeout_seconds = 20};
  command.arguments.insert(command.arguments.end(), more.begin(), more.end());
  return command;
}

TEST(SweepSizeTest, beyond_the_ceiling_is_refused_at_once_with_the_size_and_the_way_beyond) {
  const ScratchFolder folder;
  const CommandEnd end = run(sweep_of_ten_billion_rows({"--save-path", folder / "rows.csv"}));
  EXPECT_EQ(end.exit_code, 2) << "signal " << end.signal << end.output << end.errors;
  expect_one_helpful_line(end, {"--most-rows 100000", "10,000,000,000 rows", "days", "GB", "--dry-run"});
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SweepSizeTest, is_shown_by_a_dry_run_with_the_first_and_last_rows_and_nothing_is_written) {
  const ScratchFolder folder;
  const CommandEnd end =
      run(sweep_of_ten_billion_rows({"--dry-run", "--save-path", folder / "rows.csv", "--json", folder / "all.json"}));
  EXPECT_EQ(end.exit_code, 0) << "signal " << end.signal << end.output << end.errors;
  for (const char* words : {"10,000,000,000 rows", "             1  torch.float16", "\n10,000,000,000  torch.float16",
                            "nothing was measured"})
    EXPECT_NE(end.output.find(words), std::string::npos) << words << "\n" << end.output;
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SweepSizeTest, stands_before_the_first_row) {
  const CommandEnd end = run({.program = attngate_command,
                              .arguments = {"sweep", "sdp", "--device", "cpu", "--dry-run", "--no-single"},
                              .forked = true});
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  EXPECT_NE(end.output.find("6 rows: about 0 s on an H100"), std::string::npos) << end.output;
}

}  // namespace
}  // namespace attngate::test

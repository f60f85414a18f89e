#include "attngate/sweep/sweep_size.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "attngate/base/usage_error.h"
#include "attngate/sweep/sdp_sweep.h"
#include "small_plan.h"

namespace attngate::test {
namespace {

std::vector<std::int64_t> numbers_to(std::int64_t most) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(most));
  std::iota(numbers.begin(), numbers.end(), 1);
  return numbers;
}

/// 1000 batch sizes x 1000 lengths x 125 embed dimensions x 80 b: 10^10 rows.
FastpathGrid grid_of_ten_billion() {
  FastpathGrid grid;
  grid.batch_sizes = grid.sequence_lengths = numbers_to(1000);
  grid.embed_dims = numbers_to(125);
  grid.heads = {1};
  grid.b_values = numbers_to(80);
  return grid;
}

TEST(CombinationsTest, are_the_product_or_the_largest_number_there_is) {
  EXPECT_EQ(combinations({2, 3, 5}), 30u);
  EXPECT_EQ(combinations({2, 0, 5}), 0u);
  const std::size_t large = std::size_t{1} << 33;
  EXPECT_EQ(combinations({large, large, 3}), std::numeric_limits<std::uint64_t>::max());
}

TEST(SweepPointsTest, of_ten_billion_rows_are_there_at_once_and_the_last_one_is_the_last_of_every_list) {
  const SweepPlan plan = plan_fastpath(grid_of_ten_billion(), {});
  EXPECT_EQ(plan.points.size(), 10'000'000'000u);
  const SweepPoint last = plan.points[plan.points.size() - 1];
  EXPECT_EQ(last.entry_name, "batch:1000_seq_len:1000_n_heads:1_embed_dim:125");
  EXPECT_EQ(last.configuration.at("b"), "80");
}

TEST(SizeTextTest, has_rows_time_and_space) {
  EXPECT_EQ(size_text(1280, 0.015),
            "1,280 rows: about 36 s on an H100, longer on a CPU; up to 655 kB in --save-path, 1.54 MB of memory");
  EXPECT_EQ(size_text(10'000'000'000, 0.015),
            "10,000,000,000 rows: about 3.29e+03 days on an H100, longer on a CPU; up to 5.12e+03 GB in --save-path, "
            "1.2e+04 GB of memory");
}

TEST(RequireSizeTest, refuses_more_rows_than_are_allowed_and_says_how_to_go_beyond) {
  require_size(100, 100, 0.015);
  try {
    require_size(1'000'000, 100'000, 0.015);
    FAIL();
  } catch (const UsageError& error) {
    const std::string said = error.what();
    for (const char* word : {"--most-rows 100000", "1,000,000 rows", "8 hours", "--most-rows 1000000", "--dry-run"})
      EXPECT_NE(said.find(word), std::string::npos) << word << " in " << said;
  }
}

TEST(OutlineTextTest, has_the_first_and_the_last_rows_and_none_between) {
  const std::string text = outline_text(plan_fastpath(grid_of_ten_billion(), {}));
  for (const char* row :
       {"\n             1  ", "\n             3  ", "\n           ...  ", "\n 9,999,999,998  ", "\n10,000,000,000  "})
    EXPECT_NE(text.find(row), std::string::npos) << row << "\n" << text;
  EXPECT_EQ(std::ranges::count(text, '\n'), 2 + 3 + 1 + 3) << text;
}

TEST(OutlineTextTest, has_every_row_of_a_small_grid) {
  const std::string text = outline_text(small_plan());
  EXPECT_EQ(std::ranges::count(text, '\n'), 2 + 6) << text;
  EXPECT_EQ(text.find("..."), std::string::npos) << text;
}

}  // namespace
}  // namespace attngate::test

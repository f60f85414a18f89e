#include "attngate/sweep/fastpath_sweep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "attngate/base/usage_error.h"
#include "attngate/case/text.h"
#include "small_plan.h"

namespace attngate::test {
namespace {

TEST(FastpathGridTest, is_by_default_the_1280_configurations_of_the_program) {
  const SweepPlan plan = plan_fastpath({}, {});
  EXPECT_EQ(plan.points.size(), 1280u);
  std::set<std::string> lines;
  for (std::uint64_t index = 0; index < plan.points.size(); ++index) {
    const SweepPoint point = plan.points[index];
    const AttentionCase& attention_case = point.attention_case;
    EXPECT_EQ(attention_case.dtype, DType::fp16);
    EXPECT_TRUE(attention_case.embed_dim() == 512 || attention_case.embed_dim() == 1024);
    EXPECT_TRUE(attention_case.num_heads == 8 || attention_case.num_heads == 16);
    EXPECT_EQ(std::to_string(attention_case.batch_size()), point.configuration.at("batch_size"));
    EXPECT_EQ(std::to_string(attention_case.max_length()), point.configuration.at("sequence_length"));
    for (const std::int64_t length : attention_case.lengths) EXPECT_TRUE(length >= 2 && length % 2 == 0) << length;
    EXPECT_EQ(point.request.seed, 26214u);
    EXPECT_EQ(parse_line(point.request.line), attention_case);
    lines.insert(point.request.line);
  }
  EXPECT_EQ(lines.size(), plan.points.size()) << "no two configurations are the same";
}

TEST(FastpathGridTest, goes_through_its_values_in_the_programs_order) {
  const SweepPlan plan = plan_fastpath({}, {});
  EXPECT_EQ(plan.points[1].configuration.at("b"), "5");
  EXPECT_EQ(plan.points[16].configuration.at("n_heads"), "16");
  EXPECT_EQ(plan.points[32].configuration.at("embed_dim"), "1024");
  EXPECT_EQ(plan.points[64].configuration.at("sequence_length"), "128");
  EXPECT_EQ(plan.points[256].configuration.at("batch_size"), "32");
}

TEST(FastpathGridTest, counts_errors_under_the_programs_names) {
  EXPECT_EQ(plan_fastpath({}, {}).points[0].entry_name, "batch:16_seq_len:64_n_heads:8_embed_dim:512");
}

TEST(FastpathGridTest, begins_with_the_programs_columns) {
  const CsvRow header = header_of(plan_fastpath({}, {}));
  const CsvRow programs = {"dtype",
                           "batch_size",
                           "sequence_length",
                           "n_heads",
                           "embed_dim",
                           "time_native_mha_slow(\u00B5s)",
                           "time_native_mha_fast (\u00B5s)",
                           "speedup flash_mha v native_mha",
                           "padding"};
  ASSERT_GT(header.size(), programs.size());
  EXPECT_TRUE(std::ranges::equal(
      programs, CsvRow(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(programs.size()))));
}

TEST(FastpathGridTest, pads_more_for_a_larger_b) {
  const SweepPlan plan = plan_fastpath({}, {});
  const SweepColumn& padding = plan.columns[column_index(plan, "padding")];
  const SweepPoint &first = plan.points[1264], &last = plan.points[1279];  // b = 1 and 61 of the largest shape
  EXPECT_LT(std::stod(padding.cell(first, {})), 0.2);
  EXPECT_GT(std::stod(padding.cell(last, {})), 0.6);
}

TEST(FastpathGridTest, switches_math_off_for_nested_operators_but_on_the_cpu) {
  const auto math_of_fast = [](bool is_cpu) {
    return plan_fastpath(small_grid(), {.type = is_cpu ? "cpu" : "cuda"}).points[0].request.operators[1].switches.math;
  };
  EXPECT_FALSE(math_of_fast(false));
  EXPECT_TRUE(math_of_fast(true));
}

TEST(FastpathGridTest, gives_each_further_path_a_column_with_its_time) {
  FastpathGrid grid = small_grid();
  grid.also = {"my_attention"};
  const SweepPlan plan = small_plan(grid);
  EXPECT_EQ(plan.points[0].request.operators.back().path, "my_attention");
  SweepAnswer answer = good_answer();
  answer.operators.push_back({.us = 42});
  EXPECT_EQ(row_of(plan, plan.points[0], answer)[column_index(plan, "time_my_attention (\u00B5s)")], "42.000");
}

TEST(FastpathGridTest, without_configurations_or_with_impossible_ones_is_refused) {
  const auto refuses = [](auto change) {
    FastpathGrid grid = small_grid();
    change(grid);
    EXPECT_THROW(plan_fastpath(grid, {}), UsageError);
  };
  refuses([](FastpathGrid& grid) { grid.dtypes = {}; });
  refuses([](FastpathGrid& grid) { grid.b_values = {}; });
  refuses([](FastpathGrid& grid) { grid.b_values = {1, 5, 1}; });
  refuses([](FastpathGrid& grid) { grid.dtypes = {DType::fp16, DType::fp16}; });
  refuses([](FastpathGrid& grid) { grid.batch_sizes = {0}; });
  refuses([](FastpathGrid& grid) { grid.b_values = {largest_beta_step + 1}; });
  refuses([](FastpathGrid& grid) { grid.heads = {5}; });
  refuses([](FastpathGrid& grid) { grid.embed_dims = {4096}, grid.heads = {2}; });
  refuses([](FastpathGrid& grid) { grid.block_size = 0; });
  refuses([](FastpathGrid& grid) { grid.rule = {.least_rounds = 9, .most_rounds = 7}; });
}

}  // namespace
}  // namespace attngate::test

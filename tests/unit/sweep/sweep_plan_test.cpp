#include "attngate/sweep/sweep_plan.h"

#include <gtest/gtest.h>

#include "attngate/base/usage_error.h"
#include "small_plan.h"

namespace attngate::test {
namespace {

std::string text_of_rows(const SweepPlan& plan, std::size_t count) {
  std::string text = csv_line(header_of(plan));
  for (std::size_t index = 0; index < count; ++index) text += csv_line(row_of(plan, plan.points[index], good_answer()));
  return text;
}

std::string refusal(const SweepPlan& plan, const std::string& text) {
  try {
    rows_of_earlier_run(plan, text, "rows.csv");
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

std::string cell(const SweepPlan& plan, const SweepAnswer& answer, const std::string& column) {
  return row_of(plan, plan.points[0], answer)[column_index(plan, column)];
}

TEST(SweepRowTest, has_times_speedup_and_verdict_of_a_healthy_row) {
  const SweepPlan plan = small_plan();
  const SweepAnswer good = good_answer();
  EXPECT_EQ(cell(plan, good, "dtype"), "torch.float16");
  EXPECT_EQ(cell(plan, good, "time_native_mha_slow(\u00B5s)"), "300.000");
  EXPECT_EQ(cell(plan, good, "time_native_mha_fast (\u00B5s)"), "100.000");
  EXPECT_EQ(cell(plan, good, "speedup flash_mha v native_mha"), "3.000");
  EXPECT_EQ(cell(plan, good, "speedup_from"), "2.980");
  EXPECT_EQ(cell(plan, good, "backend"), "flash");
  EXPECT_EQ(cell(plan, good, "worst_margin"), "0.500");
  EXPECT_EQ(cell(plan, good, "pairs"), "9");
  EXPECT_EQ(cell(plan, good, "status"), "ok");
  EXPECT_EQ(cell(plan, good, "detail"), "");
}

TEST(SweepRowTest, of_a_failed_operator_is_an_error_without_its_time_and_says_why) {
  const SweepPlan plan = small_plan();
  EXPECT_EQ(cell(plan, bad_answer(), "status"), "error");
  EXPECT_EQ(cell(plan, bad_answer(), "time_native_mha_fast (\u00B5s)"), "");
  EXPECT_EQ(cell(plan, bad_answer(), "time_native_mha_slow(\u00B5s)"), "300.000");
  EXPECT_EQ(cell(plan, bad_answer(), "speedup flash_mha v native_mha"), "");
  EXPECT_EQ(cell(plan, bad_answer(), "detail"), "fast failed: wrong result, of \"one\" row");
}

TEST(SweepRowTest, of_a_skipped_operator_says_skipped_and_why_and_still_holds) {
  const SweepPlan plan = small_plan();
  SweepAnswer answer = good_answer();
  answer.operators[2] = {.kind = OperatorAnswer::Kind::skipped, .reason = "no kernel"};
  EXPECT_EQ(cell(plan, answer, "time_composite_sdpa (\u00B5s)"), "skipped");
  EXPECT_EQ(cell(plan, answer, "detail"), "composite skipped: no kernel");
  EXPECT_EQ(cell(plan, answer, "status"), "ok");
}

TEST(SweepRowTest, without_any_time_is_skipped_and_not_ok) {
  const SweepPlan plan = small_plan();
  SweepAnswer answer;
  answer.operators.assign(3, {.kind = OperatorAnswer::Kind::skipped, .reason = "no kernel"});
  EXPECT_EQ(cell(plan, answer, "status"), "skipped");
}

TEST(SweepRowTest, of_a_worker_that_died_is_an_error) {
  const SweepPlan plan = small_plan();
  SweepAnswer answer;
  answer.problem = "nn_mha_fast: died by SIGSEGV";
  EXPECT_EQ(cell(plan, answer, "status"), "error");
  EXPECT_EQ(cell(plan, answer, "detail"), "nn_mha_fast: died by SIGSEGV");
  EXPECT_EQ(cell(plan, answer, "checked_sequences"), "0");
}

TEST(EarlierRowsTest, of_the_same_plan_come_back) {
  const SweepPlan plan = small_plan();
  const CsvText earlier = rows_of_earlier_run(plan, text_of_rows(plan, 4), "rows.csv");
  EXPECT_EQ(earlier.rows.size(), 4u);
  EXPECT_EQ(earlier.rows[3], row_of(plan, plan.points[3], good_answer()));
}

TEST(EarlierRowsTest, of_another_grid_are_refused_with_the_first_difference) {
  const SweepPlan plan = small_plan();
  FastpathGrid grid = small_grid();
  grid.sequence_lengths = {16, 8};
  const std::string said = refusal(plan, text_of_rows(small_plan(grid), 2));
  EXPECT_NE(said.find("row 1 has sequence_length '16' and not '8'"), std::string::npos) << said;
}

TEST(EarlierRowsTest, of_other_options_are_refused_though_the_grid_is_the_same) {
  const SweepPlan plan = small_plan();
  const auto refuses = [&](auto change) {
    FastpathGrid grid = small_grid();
    change(grid);
    const std::string said = refusal(plan, text_of_rows(small_plan(grid), 2));
    EXPECT_NE(said.find("other options"), std::string::npos) << said;
  };
  refuses([](FastpathGrid& grid) { grid.rule.width = 0.02; });
  refuses([](FastpathGrid& grid) { grid.fast = "nn_mha_fast.flash"; });
  refuses([](FastpathGrid& grid) { grid.check_all = true; });
  EXPECT_NE(refusal(plan, text_of_rows(plan_fastpath(small_grid(), {.name = "another GPU"}), 2)), "");
}

TEST(EarlierRowsTest, with_other_columns_or_too_many_rows_are_refused) {
  const SweepPlan plan = small_plan();
  EXPECT_NE(refusal(plan, "a,b\n1,2\n").find("other columns"), std::string::npos);
  FastpathGrid fewer = small_grid();
  fewer.b_values = {1};
  EXPECT_NE(refusal(small_plan(fewer), text_of_rows(plan, 6)).find("6 rows"), std::string::npos);
  EXPECT_NE(refusal(plan, csv_line(header_of(plan)) + "1,2\n").find("2 cells"), std::string::npos);
}

TEST(ChangedOptionsTest, are_those_that_differ_from_the_defaults) {
  EXPECT_EQ(plan_fastpath({}, {}).changed_options, "fastpath: every option as by default");
  FastpathGrid grid = small_grid();
  grid.batch_sizes = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  grid.rule.width = 0.5;
  grid.also = {"one", "two"};
  const SweepPlan plan = small_plan(grid);
  EXPECT_EQ(plan.changed_options,
            "fastpath: batch_sizes=1,...,9 (9 values) sequence_lengths=8,16 embed_dims=32 n_heads=4 b_values=1,21,61 "
            "also=one,two width=0.5");
  EXPECT_NE(plan.options.find("also=one,two check_all=0 quantity=gpu_time estimate=centre width=0.5 least_pairs=6"),
            std::string::npos)
      << plan.options;
}

TEST(RunIdTest, of_the_default_grid_is_that_of_earlier_versions) {
  EXPECT_EQ(plan_fastpath({}, {.name = "a GPU", .libtorch = "2.11.0"}).options,
            "fastpath a GPU, LibTorch 2.11.0 seed=26214 block_size=2 slow=nn_mha_slow fast=nn_mha_fast "
            "composite=composite_sdpa_nested also= check_all=0 quantity=gpu_time estimate=centre width=0.01 "
            "least_pairs=6 most_pairs=101 row_seconds=0.015");
}

TEST(RunIdTest, is_the_same_for_the_same_options_only) {
  EXPECT_EQ(run_id("a"), run_id("a"));
  EXPECT_NE(run_id("a"), run_id("b"));
  EXPECT_EQ(run_id("").size(), 16u);
}

}  // namespace
}  // namespace attngate::test

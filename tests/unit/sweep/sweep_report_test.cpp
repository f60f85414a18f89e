#include "attngate/sweep/sweep_report.h"

#include <gtest/gtest.h>

#include "small_plan.h"

namespace attngate::test {
namespace {

std::vector<CsvRow> rows_with_an_error(const SweepPlan& plan) {
  std::vector<CsvRow> rows;
  for (std::size_t index = 0; index < plan.points.size(); ++index) {
    rows.push_back(row_of(plan, plan.points[index], index == 1 ? bad_answer() : good_answer()));
  }
  return rows;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(SweepTextTest, lists_each_failed_row_with_its_reason_and_how_to_replay_it) {
  const SweepPlan plan = small_plan();
  const std::string text =
      sweep_text(plan, rows_with_an_error(plan),
                 {.device = "", .seconds = 0.3, .measured = 6, .interrupted = false, .spent = {0.1, 0.2, 0.3}});
  EXPECT_TRUE(has(text, "error: row 2, batch:4_seq_len:8_n_heads:4_embed_dim:32: fast failed: wrong result")) << text;
  EXPECT_TRUE(has(text, "attngate replay '" + plan.points[1].request.line + "'")) << text;
  EXPECT_TRUE(has(text, "Total errors: 1\n")) << text;
  EXPECT_TRUE(
      has(text, "6 of 6 rows, 6 of them measured in 0.3 s, 50.0 ms each (inputs 0.1 s, checks 0.2 s, samples 0.3 s)"))
      << text;
}

TEST(SweepTextTest, has_each_speedup_with_its_interval_in_one_column) {
  const SweepPlan plan = small_plan();
  const std::string text = sweep_text(plan, rows_with_an_error(plan), {});
  EXPECT_TRUE(has(text, "  speedup (95 %)  ")) << text;
  EXPECT_TRUE(has(text, "  3.00 (2.98 to 3.02)  ")) << text;
  EXPECT_FALSE(has(text, "from") || has(text, "  to  ")) << text;
}

TEST(SweepTextTest, says_once_what_is_skipped_in_many_rows) {
  const SweepPlan plan = small_plan();
  SweepAnswer answer = good_answer();
  answer.operators[2] = {.kind = OperatorAnswer::Kind::skipped, .reason = "no kernel"};
  const std::string text = sweep_text(plan, std::vector<CsvRow>(6, row_of(plan, plan.points[0], answer)), {});
  EXPECT_TRUE(has(text, "6 rows: composite skipped: no kernel\n")) << text;
  EXPECT_TRUE(has(text, "Total errors: 0\n")) << text;
}

TEST(ErrorCountsTest, are_what_the_program_writes) {
  const SweepPlan plan = small_plan();
  EXPECT_EQ(error_counts_json(plan, rows_with_an_error(plan)), "{\"batch:4_seq_len:8_n_heads:4_embed_dim:32\":1}\n");
  EXPECT_EQ(error_counts_json(plan, {}), "{}\n");
}

TEST(SweepJsonTest, has_numbers_as_numbers_and_missing_ones_as_null) {
  const SweepPlan plan = small_plan();
  const std::string text =
      sweep_json(plan, rows_with_an_error(plan),
                 {.device = "a GPU", .seconds = 0.3, .measured = 6, .interrupted = false, .spent = {}});
  for (const char* part : {"\"schema\": \"attngate.sweep\"", "\"batch_size\": 4",
                           "\"speedup flash_mha v native_mha\": 3.0", "\"speedup flash_mha v native_mha\": null",
                           "\"total_errors\": 1", "\"interrupted\": false", "\"case\": \"dtype=fp16"}) {
    EXPECT_TRUE(has(text, part)) << part << " is missing in\n" << text;
  }
}

}  // namespace
}  // namespace attngate::test

#include "attngate/report/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "unit/golden.h"
#include "unit/report/sample_results.h"

namespace attngate::test {
namespace {

std::vector<Results> three_tests() {
  Results failed = sample_results("property.weights.fp32.cuda");
  failed.context.run.property = "weights";
  failed.context.dtype = "fp32";
  failed.report.corpus_cases = 0;
  failed.report.random_cases = 7;
  failed.report.loop_seconds = 7.0 / 3;
  failed.report.worst_margin = 12.5;
  failed.report.worst_path = "nn_mha_slow";
  failed.report.paths.pop_back();
  failed.report.wall_seconds = 131.5;
  failed.report.failures = {sample_failure("nn_mha_slow")};
  failed.report.failures[0].shrunk->verdict.reason = "nn_mha_slow: wrong result";
  Results skipped;
  skipped.context.run.test = skipped.context.run.property = "cudnn";
  skipped.context.dtype = "bf16";
  skipped.context.run.device = "cuda";
  skipped.report.inapplicable_cases = 1;
  skipped.report.why_inapplicable = "no CUDA device";
  return {sample_results(), failed, skipped};
}

TEST(ResultsTableTest, has_a_row_for_each_test_and_the_totals) {
  std::ostringstream out;
  print_results_table(out, three_tests());
  expect_golden("report/results_table", out.str());
}

TEST(ResultsTableTest, has_a_row_for_each_run_that_did_not_finish) {
  std::ostringstream out;
  print_results_table(out, {sample_results()},
                      {{"property.weights.fp16.cpu", "dtype=fp16 lengths=2", false},
                       {"property.weights.fp32.cpu", "", false},
                       {"property.status.fp16.cpu", "dtype=fp16 lengths=2", true}});
  expect_golden("report/unfinished_table", out.str());
}

TEST(ResultsTableTest, names_a_failed_path_alone_where_its_report_stands_above) {
  std::vector<Results> results = three_tests();
  Failure& failure = results.at(1).report.failures.at(0);
  failure.blame = Blame{"nn_mha_slow", PathStatus::wrong_result};
  std::ostringstream out;
  print_results_table(out, results, {}, /*in_brief=*/true);
  EXPECT_NE(out.str().find("\n    nn_mha_slow (wrong result)\n"), std::string::npos) << out.str();
}

TEST(ResultsTableTest, says_that_there_are_no_tests) {
  std::ostringstream out;
  print_results_table(out, {});
  EXPECT_TRUE(out.str().ends_with("\n0 tests: 0 hold, 0 skipped, 0 failed; 0 cases, 0.0 s\n")) << out.str();
}

TEST(PathsTableTest, has_a_row_for_each_path) {
  Results results = sample_results("property.agreement.fp16.cpu");
  results.report.paths.push_back({"nn_mha_fast.cudnn", 0, 1241, 0, "", {}, {}});
  std::ostringstream out;
  print_paths_table(out, {results});
  expect_golden("report/paths_table", out.str());
}

TEST(PathsTableTest, is_empty_without_paths) {
  std::ostringstream out;
  print_paths_table(out, {three_tests()[2]});
  EXPECT_EQ(out.str(), "");
}

TEST(CoverageTableTest, counts_the_cases_of_all_tests_and_names_what_none_had) {
  std::ostringstream out;
  const std::vector<std::string> missing = print_coverage_table(out, {sample_results("a"), sample_results("b")});
  EXPECT_NE(out.str().find("padding: 2000"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("4d: 468"), std::string::npos) << out.str();
  EXPECT_EQ(std::ranges::count(missing, "mask 4d"), 0);
  EXPECT_EQ(std::ranges::count(missing, "mask none"), 1);
  EXPECT_TRUE(print_coverage_table(out, {}).empty());
}

}  // namespace
}  // namespace attngate::test

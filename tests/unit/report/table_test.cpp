#include "attngate/report/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

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
  EXPECT_EQ(out.str(),
            "property   dtype  device  backends              cases  cases/s  worst margin  of path            same "
            "bits  time s  status\n"
            "---------  -----  ------  --------------------  -----  -------  ------------  -----------------  "
            "---------  ------  -------\n"
            "agreement  fp16   cuda    flash, math, unfused  1,234    154.2         0.312  nn_mha_fast.flash     "
            "99/100     8.1  holds\n"
            "weights    fp32   cuda    flash, math               7      3.0        12.500  nn_mha_slow           "
            "99/100   131.5  failed\n"
            "    nn_mha_slow: wrong result\n"
            "cudnn      bf16   cuda                              -        -             -                             "
            "-       -  skipped\n"
            "    nothing ran: the property does not apply (no CUDA device)\n"
            "\n"
            "3 tests (1 holds, 1 failed, 1 skipped), 1,241 cases, 139.6 s\n");
}

TEST(ResultsTableTest, says_that_there_are_no_tests) {
  std::ostringstream out;
  print_results_table(out, {});
  EXPECT_TRUE(out.str().ends_with("\n0 tests, 0 cases, 0.0 s\n")) << out.str();
}

TEST(PathsTableTest, has_a_row_for_each_path) {
  Results results = sample_results("property.agreement.fp16.cpu");
  results.report.paths.push_back({"nn_mha_fast.cudnn", 0, 1241, 0, "", {}, {}});
  std::ostringstream out;
  print_paths_table(out, {results});
  EXPECT_EQ(out.str(),
            "test                         path               backends      runs  refused  worst margin  median us\n"
            "---------------------------  -----------------  -----------  -----  -------  ------------  ---------\n"
            "property.agreement.fp16.cpu  nn_mha_fast.flash  flash, math  1,200       34         0.312       81.2\n"
            "property.agreement.fp16.cpu  nn_mha_slow        unfused          7        0         0.001     1234.5\n"
            "property.agreement.fp16.cpu  nn_mha_fast.cudnn                   0    1,241             -          -\n");
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

#include "attngate/run/failure_report.h"

#include <gtest/gtest.h>

#include "unit/golden.h"
#include "unit/run/fakes.h"

namespace attngate::test {
namespace {

const RunIdentity failed_run{"property.agreement.fp16.cuda", "agreement", "cuda", 0x2a};

CheckedCase checked(const AttentionCase& value, const std::string& line) {
  CheckedCase result{value, line, failing("nn_mha_fast.flash: wrong result")};
  result.verdict.paths = {{"nn_mha_slow", "math", PathStatus::ok, 0.314, 0.00314, 0.01, "", 9},
                          {"nn_mha_fast.flash", "flash", PathStatus::wrong_result, 12.3, 0.123, 0.01,
                           "sequence 1 token 0 channel 5: 0.5, expected 0.623", 9}};
  return result;
}

Failure a_failure() {
  Failure failure;
  failure.index = 17;
  failure.reruns = 2;
  AttentionCase value = case_of({7, 1, 64});
  value.dtype = DType::fp16;
  failure.first = checked(value, "lengths=7,1,64");
  failure.shrunk = checked(value, "lengths=1,2");
  failure.shrink_attempts = 31;
  failure.shrink_steps = 6;
  failure.shrink_seconds = 0.42;
  return failure;
}

TEST(FailureReportTest, says_what_failed_where_and_how_to_replay_it) {
  expect_golden("run/failure_report", failure_report(failed_run, a_failure()));
}

TEST(FailureReportTest, says_why_a_case_was_not_shrunk) {
  Failure failure = a_failure();
  failure.shrunk.reset();
  failure.not_shrunk = "a replay runs only its one case";
  const std::string text = failure_report(failed_run, failure);
  EXPECT_NE(text.find("  shrunk     no: a replay runs only its one case\n"), std::string::npos) << text;
  EXPECT_NE(text.find("ATTNGATE_CASE='lengths=7,1,64'"), std::string::npos) << text;
}

TEST(FailureReportTest, says_when_the_budget_ended_the_shrinking) {
  Failure failure = a_failure();
  failure.shrink_budget_ended = true;
  EXPECT_NE(failure_report(failed_run, failure).find("0.4 s, ended early: a smaller case may fail too\n"),
            std::string::npos);
}

TEST(FailureReportTest, shows_how_often_a_flaky_case_held) {
  Failure failure = a_failure();
  failure.reruns_held = 1;
  const std::string text = failure_report(failed_run, failure);
  EXPECT_TRUE(text.starts_with("attngate: property.agreement.fp16.cuda is FLAKY\n")) << text;
  EXPECT_NE(text.find("  flaky      held in 1 of 2 re-runs of the same case\n"), std::string::npos) << text;
}

TEST(SummaryLineTest, gives_the_figures_of_a_run_that_holds) {
  RunReport report;
  report.random_cases = 1200;
  report.corpus_cases = 34;
  report.loop_seconds = 8;
  report.worst_margin = 0.31;
  report.worst_path = "nn_mha_slow";
  EXPECT_EQ(summary_line(failed_run, report),
            "attngate: property.agreement.fp16.cuda holds: 1,234 cases (34 corpus) in 8.0 s, 154/s, worst margin 0.31 "
            "(nn_mha_slow)\n");
}

TEST(SummaryLineTest, says_what_ended_the_run) {
  RunReport report;
  report.random_cases = 100;
  const auto line_of = [&](RunEnd end) {
    report.ended_by = end;
    return summary_line(failed_run, report);
  };
  EXPECT_TRUE(line_of(RunEnd::time_limit).ends_with(", ended by: time limit\n")) << line_of(RunEnd::time_limit);
  EXPECT_TRUE(line_of(RunEnd::case_limit).ends_with(", ended by: case limit\n"));
  EXPECT_EQ(line_of(RunEnd::complete).find("ended"), std::string::npos);
}

TEST(SummaryLineTest, tells_what_was_spent_outside_the_paths_and_the_reference) {
  RunReport report;
  report.random_cases = 100;
  report.loop_seconds = 2;
  report.phases.paths_us = 1.2e6;
  report.phases.reference_us = 0.3e6;
  EXPECT_TRUE(summary_line(failed_run, report).ends_with(", 25 % overhead\n")) << summary_line(failed_run, report);
}

TEST(SummaryLineTest, gives_the_reason_of_a_run_that_does_not) {
  RunReport report;
  report.error = "nothing ran";
  EXPECT_TRUE(summary_line(failed_run, report).ends_with("; nothing ran\n"));
}

}  // namespace
}  // namespace attngate::test

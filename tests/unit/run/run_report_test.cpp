#include "attngate/run/run_report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "attngate/run/progress.h"
#include "unit/run/fakes.h"

namespace attngate::test {
namespace {

TEST(RunReportTest, keeps_the_worst_margin_of_each_path_with_its_line) {
  RunReport report;
  report.add(CaseOrigin::random, "one", holding(0.2, "a"));
  report.add(CaseOrigin::random, "two", holding(0.7, "b"));
  report.add(CaseOrigin::random, "three", holding(0.5, "a"));
  ASSERT_EQ(report.paths.size(), 2u);
  EXPECT_EQ(report.paths[0].worst_margin, 0.5);
  EXPECT_EQ(report.paths[0].worst_line, "three");
  EXPECT_EQ(report.paths[0].runs, 2u);
  EXPECT_EQ(report.paths[0].backends.at("math"), 2u);
  EXPECT_EQ(report.worst_margin, 0.7);
  EXPECT_EQ(report.worst_path, "b");
  EXPECT_EQ(report.worst_line, "two");
}

TEST(RunReportTest, takes_not_a_number_for_the_worst_margin_of_all) {
  RunReport report;
  report.add(CaseOrigin::random, "one", holding(0.2));
  report.add(CaseOrigin::random, "two", holding(std::numeric_limits<double>::quiet_NaN()));
  report.add(CaseOrigin::random, "three", holding(9));
  EXPECT_TRUE(std::isnan(report.worst_margin));
  EXPECT_EQ(report.worst_line, "two");
}

TEST(RunReportTest, counts_refusals_apart_from_runs) {
  Verdict verdict = holding();
  verdict.paths[0].status = PathStatus::refused_as_promised;
  RunReport report;
  report.add(CaseOrigin::random, "one", verdict);
  EXPECT_EQ(report.paths[0].runs, 0u);
  EXPECT_EQ(report.paths[0].refusals, 1u);
  EXPECT_TRUE(report.paths[0].times_us.empty());
}

TEST(RunReportTest, times_random_cases_but_not_the_corpus) {
  RunReport report;
  for (const double time : {5.0, 1.0, 100.0}) {
    Verdict verdict = holding();
    verdict.paths[0].time_us = time;
    report.add(CaseOrigin::random, "random", verdict);
    verdict.paths[0].time_us = 1e6;
    report.add(CaseOrigin::corpus, "corpus", verdict);
  }
  EXPECT_EQ(report.paths[0].runs, 6u);
  EXPECT_EQ(report.paths[0].median_us(), 5);
}

TEST(RunReportTest, gives_the_mean_of_the_middle_two_as_median_of_an_even_number) {
  PathSummary summary;
  EXPECT_EQ(summary.median_us(), 0);
  summary.times_us = {10, 1, 4, 2};
  EXPECT_EQ(summary.median_us(), 3);
}

TEST(RunReportTest, is_never_green_without_a_case) {
  EXPECT_EQ(RunReport{}.status(), RunStatus::error);
  EXPECT_EQ(RunReport{}.exit_code(), 1);
}

TEST(RunReportTest, gives_what_could_not_be_recorded_beside_what_failed) {
  RunReport report;
  report.failures.emplace_back().first.verdict.reason = "a: wrong result";
  report.error = "journal 'x': cannot be written";
  EXPECT_EQ(report.status(), RunStatus::failed);
  EXPECT_EQ(report.reason(), "a: wrong result; journal 'x': cannot be written");
}

TEST(RunReportTest, names_in_brief_whom_the_failure_reports_are_about) {
  RunReport report;
  report.failures.emplace_back().blame = Blame{"a", PathStatus::wrong_result};
  report.failures.emplace_back().blame = Blame{"b", PathStatus::crashed};
  report.error = "journal 'x': cannot be written";
  EXPECT_EQ(report.brief_reason(), "a (wrong result), b (crashed); journal 'x': cannot be written");
}

TEST(ProgressTest, shows_cases_rate_and_worst_margin) {
  EXPECT_EQ(progress_text(1234, 8.118, 0.312), "case 1,234  152/s  worst margin 0.31");
}

}  // namespace
}  // namespace attngate::test

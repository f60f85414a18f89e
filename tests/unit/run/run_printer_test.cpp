#include "attngate/run/run_printer.h"

#include <gtest/gtest.h>

#include <sstream>

#include "attngate/run/failure_report.h"
#include "unit/run/fakes.h"

namespace attngate::test {
namespace {

TEST(RunPrinterTest, prints_a_failure_before_the_next_case_runs_and_the_summary_last) {
  std::ostringstream out;
  RunPrinter printer(fake_run, out);
  ForAllOptions options = fake_options(3);
  options.stop_at_first_failure = false;
  options.listeners = {&printer};
  std::string before_the_last_case;
  const RunReport report = for_all(options, draw_fake, {}, [&](const AttentionCase& value) {
    if (value.seed == 2) before_the_last_case = out.str();
    return value.seed == 1 ? failing() : holding();
  });
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(before_the_last_case, failure_report(fake_run, report.failures[0]));
  EXPECT_EQ(out.str(), before_the_last_case + summary_line(fake_run, report));
}

TEST(RunPrinterTest, prints_what_the_paths_did_on_a_replayed_case_that_holds) {
  std::ostringstream out;
  RunPrinter printer(fake_run, out);
  ForAllOptions options = fake_options(0);
  options.replay = case_of({3, 1}, 7);
  options.listeners = {&printer};
  const RunReport report = for_all(options, draw_fake, {}, [](const AttentionCase&) { return holding(); });
  EXPECT_EQ(out.str(), "\n" + outcome_table(holding()) + "\n" + summary_line(fake_run, report));
}

}  // namespace
}  // namespace attngate::test

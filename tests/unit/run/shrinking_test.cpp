#include <gtest/gtest.h>

#include <algorithm>

#include "attngate/case/text.h"
#include "unit/run/fakes.h"

namespace attngate::test {
namespace {

Verdict fails_from_three_sequences_on(const AttentionCase& value) {
  return value.batch_size() >= 3 ? failing() : holding();
}

RunReport run_until_failure(const ForAllOptions& options, const Check& check) {
  return for_all(options, draw_fake, shrinkable_case, check);
}

TEST(ShrinkingTest, reaches_the_smallest_case_with_few_attempts) {
  ForAllOptions options = fake_options(0);
  options.corpus = {case_of(std::vector<std::int64_t>(200, 9), 77)};
  const RunReport report = run_until_failure(options, fails_from_three_sequences_on);
  ASSERT_TRUE(report.failures.at(0).shrunk);
  EXPECT_EQ(report.failures.at(0).shrunk->value.lengths, (std::vector<std::int64_t>{1, 1, 1}));
  EXPECT_LT(report.failures.at(0).shrink_attempts, 100u);
  EXPECT_GT(report.failures.at(0).shrink_steps, 0u);
  EXPECT_FALSE(report.failures.at(0).shrink_budget_ended);
}

TEST(ShrinkingTest, keeps_a_case_that_has_no_smaller_one_that_fails) {
  ForAllOptions options = fake_options(0);
  options.corpus = {case_of({4, 4})};
  const RunReport report = run_until_failure(options, [](const AttentionCase& value) {
    return value == case_of({4, 4}) ? failing() : holding();
  });
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_FALSE(report.failures.at(0).shrunk);
  EXPECT_GT(report.failures.at(0).shrink_attempts, 0u);
  EXPECT_EQ(report.failures.at(0).smallest().line, to_line(case_of({4, 4})));
}

TEST(ShrinkingTest, stops_at_its_budget_of_attempts_and_says_so) {
  ForAllOptions options = fake_options(10);
  options.shrink.max_attempts = 2;
  int calls = 0;
  const RunReport report = run_until_failure(options, [&](const AttentionCase& value) {
    ++calls;
    return fails_from_three_sequences_on(value);
  });
  EXPECT_EQ(report.failures.at(0).shrink_attempts, 2u);
  EXPECT_TRUE(report.failures.at(0).shrink_budget_ended);
  EXPECT_EQ(calls, 3 + 2 + 1 + 2);  // cases, re-runs, the case that held before, candidates
}

TEST(ShrinkingTest, stops_at_its_budget_of_seconds) {
  ForAllOptions options = fake_options(10);
  options.shrink.max_seconds = 0;
  const RunReport report = run_until_failure(options, fails_from_three_sequences_on);
  EXPECT_EQ(report.failures.at(0).shrink_attempts, 0u);
  EXPECT_TRUE(report.failures.at(0).shrink_budget_ended);
}

TEST(ShrinkingTest, does_not_shrink_once_the_process_fails_everything) {
  bool broken = false;
  const RunReport report = run_until_failure(fake_options(10), [&](const AttentionCase& value) {
    broken = broken || value.batch_size() >= 3;
    return broken ? failing("exception: CUDA error: an illegal memory access") : holding();
  });
  EXPECT_FALSE(report.failures.at(0).shrunk);
  EXPECT_NE(report.failures.at(0).not_shrunk.find("fresh"), std::string::npos) << report.failures.at(0).not_shrunk;
  EXPECT_EQ(report.failures.at(0).first.value.batch_size(), 3);
}

TEST(ShrinkingTest, does_not_let_a_broken_shrinker_hide_the_failure) {
  const auto broken = [](const AttentionCase&) -> rc::Shrinkable<AttentionCase> { throw std::runtime_error("bug"); };
  const RunReport report = for_all(fake_options(10), draw_fake, broken, fails_from_three_sequences_on);
  EXPECT_EQ(report.status(), RunStatus::failed);
  EXPECT_EQ(report.failures.at(0).not_shrunk, "the shrinker threw: bug");
}

TEST(ShrinkingTest, does_without_a_shrinker) {
  const RunReport report = for_all(fake_options(10), draw_fake, {}, fails_from_three_sequences_on);
  EXPECT_EQ(report.failures.at(0).not_shrunk, "there is no shrinker");
}

}  // namespace
}  // namespace attngate::test

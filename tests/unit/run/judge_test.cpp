#include <gtest/gtest.h>

#include <limits>
#include <new>
#include <stdexcept>

#include "unit/run/fakes.h"

namespace attngate::test {
namespace {

Verdict judged(const Check& check) { return judge(check, case_of({1})); }

TEST(JudgeTest, believes_a_verdict_that_holds) {
  const Verdict verdict = judged([](const AttentionCase&) { return holding(); });
  EXPECT_TRUE(verdict.holds);
  EXPECT_EQ(verdict.reason, "");
}

TEST(JudgeTest, takes_an_exception_for_a_failure_and_keeps_its_text) {
  const Verdict verdict =
      judged([](const AttentionCase&) -> Verdict { throw std::runtime_error("CUDA error: an illegal access"); });
  EXPECT_FALSE(verdict.holds);
  EXPECT_EQ(verdict.reason, "exception: CUDA error: an illegal access");
}

TEST(JudgeTest, keeps_stack_traces_out_of_the_reason) {
  const Verdict verdict =
      judged([](const AttentionCase&) -> Verdict { throw std::runtime_error("bad shape\nframe #0: at::x"); });
  EXPECT_EQ(verdict.reason, "exception: bad shape");
}

TEST(JudgeTest, takes_a_thrown_number_for_a_failure) {
  EXPECT_FALSE(judged([](const AttentionCase&) -> Verdict { throw 3; }).holds);
}

TEST(JudgeTest, calls_a_failed_allocation_out_of_memory) {
  const Verdict verdict = judged([](const AttentionCase&) -> Verdict { throw std::bad_alloc(); });
  EXPECT_FALSE(verdict.holds);
  EXPECT_EQ(verdict.reason, "out of memory");
}

TEST(JudgeTest, fails_a_case_on_which_no_path_ran) {
  const Verdict verdict = judged([](const AttentionCase&) { return Verdict{}; });
  EXPECT_FALSE(verdict.holds);
  EXPECT_EQ(verdict.reason, "no path ran");
}

TEST(JudgeTest, does_not_believe_a_verdict_against_its_own_paths) {
  const Verdict verdict = judged([](const AttentionCase&) {
    Verdict contradictory = holding();
    contradictory.paths[0].status = PathStatus::unexpected_success;
    return contradictory;
  });
  EXPECT_FALSE(verdict.holds);
  EXPECT_EQ(verdict.reason, "fake: unexpected success");
}

TEST(JudgeTest, does_not_believe_a_verdict_against_its_own_margin) {
  EXPECT_FALSE(judged([](const AttentionCase&) { return holding(1.01); }).holds);
  EXPECT_FALSE(judged([](const AttentionCase&) { return holding(std::numeric_limits<double>::quiet_NaN()); }).holds);
  EXPECT_TRUE(judged([](const AttentionCase&) { return holding(1); }).holds);
}

}  // namespace
}  // namespace attngate::test

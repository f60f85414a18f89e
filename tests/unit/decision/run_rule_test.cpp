#include "attngate/decision/run_rule.h"

#include <gtest/gtest.h>

#include <vector>

#include "attngate/decision/binomial.h"

namespace attngate::test {
namespace {

std::vector<GateVerdict> verdicts(std::size_t passed, std::size_t failed, std::size_t inconclusive) {
  std::vector<GateVerdict> all(passed, GateVerdict::pass);
  all.insert(all.end(), failed, GateVerdict::fail);
  all.insert(all.end(), inconclusive, GateVerdict::inconclusive);
  return all;
}

TEST(RunRuleTest, allows_what_chance_explains) {
  EXPECT_EQ(failing_inconclusive_count(40), 4u);
  EXPECT_LE(binomial_upper_tail(4, 40, 0.01), 0.001);
  EXPECT_GT(binomial_upper_tail(3, 40, 0.01), 0.001);
  EXPECT_FALSE(judge_run(verdicts(37, 0, 3)).fails);
  EXPECT_TRUE(judge_run(verdicts(36, 0, 4)).fails);
}

TEST(RunRuleTest, fails_a_run_that_mostly_did_not_decide) {
  EXPECT_TRUE(judge_run(verdicts(0, 0, 1)).fails);
  EXPECT_FALSE(judge_run(verdicts(1, 0, 1)).fails);
  EXPECT_TRUE(judge_run(verdicts(0, 0, 2)).fails);
  EXPECT_TRUE(judge_run(verdicts(1, 0, 2)).fails);
}

TEST(RunRuleTest, fails_with_one_failed_gate_or_with_none_at_all) {
  EXPECT_TRUE(judge_run(verdicts(39, 1, 0)).fails);
  EXPECT_TRUE(judge_run({}).fails);
  EXPECT_EQ(judge_run({}).text, "no gate was decided");
  EXPECT_FALSE(judge_run(verdicts(40, 0, 0)).fails);
  EXPECT_EQ(judge_run(verdicts(38, 1, 1)).text, "38 passed, 1 failed, 1 inconclusive (4 would fail the run)");
}

}  // namespace
}  // namespace attngate::test

#include "attngate/oracle/claim.h"

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "tensors.h"

namespace attngate {
namespace {

/// Three paths on two sequences of 2 and 3 tokens with 4 channels. The reference is 1 everywhere, and the bound is 0.01
/// and a little.
class Claims : public testing::Test {
 protected:
  Claims() {
    for (const char* name : {"a", "b", "c"}) executions_.emplace_back().outcome.path = name;
  }
  at::Tensor all(double number) const {
    return at::zeros({5, 4}, at::TensorOptions(at::kDouble).device(device_under_test())).add(number);
  }
  std::vector<PathOutcome> judge(const std::vector<Claim>& claims) {
    return attngate::judge(claims, {all(1), all(1.001), {}}, case_, executions_, verdict_);
  }
  const PathOutcome& outcome(std::size_t path) const { return executions_[path].outcome; }

  const AttentionCase case_ = parse_line("dtype=fp32 heads=1 head_dim=4 lengths=2,3");
  std::vector<Execution> executions_;
  Verdict verdict_;
};

TEST_F(Claims, leave_a_path_its_worst_margin) {
  judge({{0, {all(1.008)}}, {0, {all(1.002)}}});
  EXPECT_NEAR(outcome(0).margin, 0.8, 1e-2);
  EXPECT_NEAR(outcome(0).error, 0.008, 1e-9);
  EXPECT_EQ(outcome(0).status, PathStatus::ok);
  judge({{0, {all(1.004)}}});
  EXPECT_NEAR(outcome(0).margin, 0.8, 1e-2) << "of all claims ever judged";
  EXPECT_EQ(verdict_.worst_margin, outcome(0).margin);
  EXPECT_EQ(verdict_.worst_path, "a");
}

TEST_F(Claims, tell_of_the_first_that_fails) {
  judge({{0, {all(1.02)}, "turned round"}, {0, {all(1.5)}, "turned back"}});
  EXPECT_EQ(outcome(0).status, PathStatus::wrong_result);
  EXPECT_EQ(outcome(0).detail.find("turned round: max rule, sequence 0; 8 of 8 elements"), 0u) << outcome(0).detail;
  EXPECT_GT(outcome(0).margin, 10) << "the worst all the same";
}

TEST_F(Claims, leave_another_status_as_it_is) {
  executions_[0].outcome.status = PathStatus::unexpected_error;
  executions_[0].outcome.detail = "no kernel";
  judge({{0, {all(2)}}});
  EXPECT_EQ(outcome(0).status, PathStatus::unexpected_error);
  EXPECT_EQ(outcome(0).detail, "no kernel");
  EXPECT_GT(outcome(0).margin, 1);
}

TEST_F(Claims, count_the_pairs_of_the_same_bits) {
  judge({{.path = 0, .pair = {all(1), all(1)}, .bitwise = true},
         {.path = 1, .pair = {all(1), all(1.001)}, .bitwise = true},
         {.path = 2, .pair = {all(1), all(1)}}});
  EXPECT_EQ(verdict_.exact_pairs, 2u);
  EXPECT_EQ(verdict_.exact_equal, 1u);
}

TEST_F(Claims, of_agreement_hold_each_path_against_the_reference_and_each_two_against_each_other) {
  const std::vector<Claim> claims = agreement({all(1), {}, all(1.002)});
  ASSERT_EQ(claims.size(), 3u) << "the second path has no rows";
  EXPECT_EQ(claims[1].path, 2u);
  EXPECT_FALSE(claims[1].pair.expected.defined());
  EXPECT_EQ(claims[2].path, 0u);
  EXPECT_EQ(claims[2].other, 2u);
  EXPECT_TRUE(judge(claims).empty());
  EXPECT_EQ(verdict_.worst_path, "c");
}

TEST_F(Claims, of_agreement_return_the_pairs_that_differ_though_both_paths_do_well) {
  executions_[0].outcome.backend = "flash";
  executions_[2].outcome.backend = "math";
  const std::vector<PathOutcome> failed = judge(agreement({all(1.009), all(1), all(0.991)}));
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].path, "a ~ c");
  EXPECT_EQ(failed[0].backend, "flash ~ math");
  EXPECT_EQ(failed[0].status, PathStatus::wrong_result);
  EXPECT_EQ(failed[0].detail.find("max rule, sequence 0; "), 0u) << failed[0].detail;
  EXPECT_EQ(verdict_.worst_path, "a ~ c");
  for (const Execution& execution : executions_) EXPECT_TRUE(execution.outcome.holds());
}

TEST_F(Claims, of_agreement_blame_a_wrong_path_once_and_not_once_per_partner) {
  EXPECT_TRUE(judge(agreement({all(1), all(1.5), all(1)})).empty());
  EXPECT_EQ(outcome(1).status, PathStatus::wrong_result);
  EXPECT_TRUE(outcome(0).holds() && outcome(2).holds());
  EXPECT_EQ(verdict_.worst_path, "b");
}

}  // namespace
}  // namespace attngate

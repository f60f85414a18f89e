#include "attngate/oracle/row_comparison.h"

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <limits>

#include "tensors.h"

namespace attngate {
namespace {

/// Two sequences of 2 and 3 tokens, 4 channels, fp32. The reference is 1 everywhere and the plain formula is off by
/// 0.001, so that the max rule decides: 10 * 0.001 and a little.
class RowComparisons : public testing::Test {
 protected:
  at::Tensor all(double number) const {
    return at::zeros({5, 4}, at::TensorOptions(at::kDouble).device(device_under_test())).add(number);
  }
  /// 1 everywhere, but for one element of sequence 1.
  at::Tensor off_by(double error) const {
    const at::Tensor rows = all(1).to(at::kFloat);
    rows[3][2].add_(error);
    return rows;
  }
  double bound() const {
    const ToleranceRule rule = tolerance_rule(DType::fp32);
    return rule.max_factor * 0.001 + (rule.max_floor + truth_magnitude_) * rule.unit_roundoff;
  }
  RowComparison compare(std::vector<RowPair> pairs) const { return {std::move(pairs), truth_, case_}; }

  const AttentionCase case_ = parse_line("dtype=fp32 heads=1 head_dim=4 lengths=2,3");
  double truth_magnitude_ = 0;
  Truth truth_{all(1), all(1.001), {}};
};

TEST_F(RowComparisons, hold_rows_against_the_reference_by_the_tolerance_rule) {
  const RowComparison comparison = compare({{off_by(0.005)}, {off_by(0.02)}});
  EXPECT_NEAR(comparison.margin(0).value, 0.005 / bound(), 1e-4);
  EXPECT_TRUE(comparison.margin(0).holds());
  EXPECT_NEAR(comparison.margin(1).value, 0.02 / bound(), 1e-4);
  EXPECT_FALSE(comparison.margin(1).holds());
  EXPECT_EQ(comparison.margin(1).sequence, 1);
  EXPECT_EQ(comparison.margin(1).rule, "max");
  EXPECT_NEAR(comparison.margin(1).bound, bound(), 1e-12);
}

TEST_F(RowComparisons, hold_rows_against_those_of_another_path_by_a_bound_that_is_pair_slack_wider) {
  const RowComparison comparison = compare({{off_by(0.013), all(1)}, {off_by(0.013)}});
  EXPECT_NEAR(comparison.margin(0).bound, pair_slack * bound(), 1e-12);
  EXPECT_TRUE(comparison.margin(0).holds());
  EXPECT_FALSE(comparison.margin(1).holds());
}

TEST_F(RowComparisons, allow_a_rounding_of_the_largest_logit_in_every_bound) {
  truth_magnitude_ = 1e4;
  truth_.logit_magnitude = all(truth_magnitude_)[0][0];
  EXPECT_NEAR(compare({{off_by(0.005)}}).margin(0).bound, bound(), 1e-12);
}

TEST_F(RowComparisons, go_by_an_allowance_where_there_is_one) {
  const at::Tensor allowance = all(0.1);
  allowance[3][2] = 0.001;
  const RowComparison comparison = compare({{.rows = off_by(0.004), .allowance = allowance}});
  EXPECT_NEAR(comparison.margin(0).value, 4, 1e-3);
  EXPECT_EQ(comparison.margin(0).bound, 1) << "in allowances";
  EXPECT_EQ(comparison.words(0),
            "element rule, sequence 1; the worst at (sequence 1, token 1, channel 2): got 1.004, expected 1 within "
            "0.001");
  EXPECT_TRUE(comparison.scale().magnitude.empty());
}

TEST_F(RowComparisons, need_no_truth_where_every_pair_has_an_allowance_and_expected_rows) {
  const RowComparison comparison({{off_by(0.004), all(1), all(0.01)}}, Truth{}, case_);
  EXPECT_NEAR(comparison.margin(0).value, 0.4, 1e-4);
}

TEST_F(RowComparisons, give_what_is_not_finite_an_infinite_margin) {
  const double infinite = std::numeric_limits<double>::infinity();
  const RowComparison comparison =
      compare({{off_by(infinite)}, {off_by(infinite), all(1)}, {off_by(-infinite), all(1), all(0.1)}});
  for (const std::size_t pair : {0, 1, 2}) {
    EXPECT_EQ(comparison.margin(pair).value, infinite);
    EXPECT_EQ(comparison.margin(pair).rule, "non-finite");
    EXPECT_NE(comparison.words(pair).find("(sequence 1, token 1, channel 2): got "), std::string::npos)
        << comparison.words(pair);
    EXPECT_FALSE(comparison.same_numbers(pair));
  }
}

TEST_F(RowComparisons, tell_rows_of_the_same_numbers) {
  const RowComparison comparison = compare({{off_by(0)}, {off_by(0.5), off_by(0.5)}, {off_by(1e-6), all(1)}});
  EXPECT_TRUE(comparison.same_numbers(0));
  EXPECT_TRUE(comparison.same_numbers(1));
  EXPECT_FALSE(comparison.same_numbers(2));
}

TEST_F(RowComparisons, say_which_rule_decided_and_where) {
  EXPECT_EQ(compare({{off_by(0.5)}}).words(0),
            "max rule, sequence 1; 1 of 12 elements of sequence 1 differ by more than 0.01; first at (sequence 1, "
            "token 1, channel 2): got 1.5, expected 1");
}

TEST_F(RowComparisons, of_the_same_tensors_in_several_pairs_are_as_if_each_had_its_own) {
  const at::Tensor rows = off_by(0.004), other = off_by(-0.002);
  const RowComparison shared = compare({{rows}, {other}, {rows, other}, {other, rows}}),
                      apart = compare({{rows.clone()}, {other.clone()}, {rows, other}, {other.clone(), rows.clone()}});
  for (const std::size_t pair : {0, 1, 2, 3}) EXPECT_EQ(shared.margin(pair).value, apart.margin(pair).value);
  EXPECT_EQ(shared.margin(2).value, shared.margin(3).value);
}

TEST_F(RowComparisons, by_the_scale_of_another_one_have_its_bounds) {
  truth_.logit_magnitude = all(50)[0][0];
  const std::vector<RowPair> pairs = {{off_by(0.004), all(1)}};
  const RowComparison first = compare(pairs), second(pairs, first.scale(), case_);
  EXPECT_EQ(second.margin(0).value, first.margin(0).value);
  EXPECT_EQ(second.margin(0).bound, first.margin(0).bound);
}

}  // namespace
}  // namespace attngate

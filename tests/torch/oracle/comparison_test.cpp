// Error statistics, bounds and the words for a difference: from two tensors to what people read.
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "attngate/oracle/difference.h"
#include "attngate/oracle/error_stats.h"
#include "attngate/oracle/tolerance.h"
#include "attngate/values/case_values.h"
#include "naive_attention.h"
#include "tensors.h"

namespace attngate {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

AttentionCase with_lengths(std::vector<std::int64_t> lengths, DType dtype = DType::fp16) {
  AttentionCase attention_case;
  attention_case.dtype = dtype;
  attention_case.lengths = std::move(lengths);
  return attention_case;
}

/// Rows of numbers in [-1.2, 1.2] that depend on `key` alone.
std::vector<double> some_numbers(std::int64_t rows, std::int64_t columns, std::uint64_t key) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < rows * columns; ++i) {
    const PhiloxBlock block =
        value_block(key, TensorKey::tokens, 0, static_cast<std::uint32_t>(i / channels_per_block), 0);
    values.push_back(odd_integer(block, static_cast<int>(i % channels_per_block)) / 211.0);
  }
  return values;
}

std::vector<ErrorStats> naive_stats(const std::vector<double>& left, const std::vector<double>& right,
                                    const AttentionCase& attention_case, std::int64_t columns) {
  std::vector<ErrorStats> sequences;
  std::size_t i = 0;
  for (const std::int64_t length : attention_case.lengths) {
    ErrorStats stats;
    for (std::int64_t row = 0; row < length; ++row) {
      double row_squares = 0;
      for (std::int64_t column = 0; column < columns; ++column, ++i) {
        const double error = left[i] - right[i];
        if (std::isnan(error) || std::isinf(error)) {
          stats.nonfinite += 1;
          continue;
        }
        stats.max_abs = std::max(stats.max_abs, std::abs(error));
        stats.sum_squares += error * error;
        row_squares += error * error;
      }
      stats.max_row_sum_squares = std::max(stats.max_row_sum_squares, row_squares);
    }
    sequences.push_back(stats);
  }
  return sequences;
}

void expect_same(const std::vector<ErrorStats>& got, const std::vector<ErrorStats>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].max_abs, expected[i].max_abs) << "sequence " << i;
    EXPECT_NEAR(got[i].sum_squares, expected[i].sum_squares, 1e-12 * expected[i].sum_squares) << "sequence " << i;
    EXPECT_NEAR(got[i].max_row_sum_squares, expected[i].max_row_sum_squares, 1e-12 * expected[i].max_row_sum_squares)
        << "sequence " << i;
    EXPECT_EQ(got[i].nonfinite, expected[i].nonfinite) << "sequence " << i;
  }
}

/// One tensor of each dtype, the last in fp64, on the device under test.
std::vector<at::Tensor> tensors_of_every_dtype(std::int64_t rows, std::int64_t columns) {
  std::vector<at::Tensor> tensors;
  for (const at::ScalarType dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    tensors.push_back(tensor_of(some_numbers(rows, columns, tensors.size()), columns, dtype, device_under_test()));
  }
  return tensors;
}

TEST(ErrorStats, are_those_of_a_plain_loop) {
  // Lengths around the chunks of 16 rows, widths around a warp of 32 lanes.
  const AttentionCase attention_case = with_lengths({1, 15, 16, 17, 31, 32, 33, 49, 1});
  for (const std::int64_t columns : {1, 5, 32, 33, 70}) {
    const std::vector<at::Tensor> tensors = tensors_of_every_dtype(attention_case.total_tokens(), columns);
    const std::vector<Comparison> comparisons = {
        {0, 3}, {1, 3}, {2, 3}, {3, 3}, {0, Comparison::zero}, {3, Comparison::zero}, {1, 2}, {3, 0}};
    const ErrorTable table = error_stats(tensors, comparisons, attention_case);
    ASSERT_EQ(table.size(), comparisons.size());
    for (std::size_t i = 0; i < comparisons.size(); ++i) {
      SCOPED_TRACE("comparison " + std::to_string(i) + ", columns " + std::to_string(columns));
      const std::vector<double> left = numbers(tensors[static_cast<std::size_t>(comparisons[i].left)]);
      const std::vector<double> right = comparisons[i].right == Comparison::zero
                                            ? std::vector<double>(left.size(), 0.0)
                                            : numbers(tensors[static_cast<std::size_t>(comparisons[i].right)]);
      expect_same(table[i], naive_stats(left, right, attention_case, columns));
    }
  }
}

TEST(ErrorStats, are_the_same_as_on_the_host) {
  const AttentionCase attention_case = with_lengths({40, 3, 16});
  const std::vector<at::Tensor> here = tensors_of_every_dtype(attention_case.total_tokens(), 24);
  std::vector<at::Tensor> host;
  for (const at::Tensor& tensor : here) host.push_back(tensor.cpu());
  const std::vector<Comparison> comparisons = {{0, 3}, {1, 3}, {2, Comparison::zero}};
  const ErrorTable table = error_stats(here, comparisons, attention_case);
  const ErrorTable expected = error_stats(host, comparisons, attention_case);
  for (std::size_t i = 0; i < comparisons.size(); ++i) expect_same(table[i], expected[i]);
}

TEST(ErrorStats, count_elements_that_are_not_finite_on_either_side_and_leave_them_out) {
  const AttentionCase attention_case = with_lengths({18, 2});
  std::vector<double> left(20 * 3, 0.25), right(20 * 3, 0.0);
  left[17 * 3 + 1] = not_a_number;          // sequence 0, second chunk
  right[2 * 3] = -infinity;                 // sequence 0
  left[18 * 3] = right[18 * 3] = infinity;  // sequence 1, both sides: counted once
  for (const at::ScalarType dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    const ErrorTable table = error_stats(
        {tensor_of(left, 3, dtype, device_under_test()), tensor_of(right, 3, at::kDouble, device_under_test())},
        {{0, 1}}, attention_case);
    EXPECT_EQ(table[0][0].nonfinite, 2);
    EXPECT_EQ(table[0][1].nonfinite, 1);
    EXPECT_EQ(table[0][0].max_abs, 0.25);
    EXPECT_DOUBLE_EQ(table[0][0].sum_squares, (18 * 3 - 2) * 0.0625);
    EXPECT_DOUBLE_EQ(table[0][1].sum_squares, (2 * 3 - 1) * 0.0625);
  }
}

TEST(ErrorStats, merge_as_if_their_rows_had_been_one) {
  ErrorStats stats{2, 10, 6, 1};
  stats.merge({3, 5, 4, 2});
  EXPECT_EQ(stats.max_abs, 3);
  EXPECT_EQ(stats.sum_squares, 15);
  EXPECT_EQ(stats.max_row_sum_squares, 6);
  EXPECT_EQ(stats.nonfinite, 3);
}

TEST(ErrorStats, refuse_tensors_that_are_no_token_rows_of_the_case) {
  const AttentionCase attention_case = with_lengths({2, 2});
  const at::Tensor good = at::zeros({4, 3}, at::TensorOptions(at::kFloat).device(device_under_test()));
  for (const at::Tensor& bad : {at::zeros({3, 3}, good.options()), at::zeros({4, 2}, good.options()),
                                at::zeros({3, 4}, good.options()).t(), at::zeros({4}, good.options())}) {
    EXPECT_THROW(error_stats({good, bad}, {{0, 1}}, attention_case), c10::Error) << bad.sizes();
  }
}

TEST(ErrorStats, refuse_a_dtype_that_no_path_returns) {
  const AttentionCase attention_case = with_lengths({2});
  const at::Tensor integers = at::zeros({2, 3}, at::TensorOptions(at::kLong).device(device_under_test()));
  EXPECT_THROW(error_stats({integers}, {{0, Comparison::zero}}, attention_case), c10::Error);
}

TEST(ErrorStats, are_empty_for_nothing) { EXPECT_TRUE(error_stats({}, {}, with_lengths({2})).empty()); }

/// Bounds of a made-up case: 10 and 20 rows of 32 columns, enough for every rule.
class BoundsTest : public testing::Test {
 protected:
  static constexpr std::int64_t columns = 32;
  const AttentionCase case_ = with_lengths({10, 20});
  const ToleranceRule rule_ = tolerance_rule(DType::fp16);
  const std::vector<ErrorStats> plain_ = {{0.01, 1e-2, 2e-3, 0}, {0.02, 2e-2, 3e-3, 0}};
  const std::vector<ErrorStats> reference_ = {{3, 400, 100, 0}, {2, 800, 80, 0}};
  const Bounds bounds_{{plain_, reference_}, case_, columns};

  double max_bound(std::size_t i) const {
    return rule_.max_factor * plain_[i].max_abs + rule_.max_floor * rule_.unit_roundoff * reference_[i].max_abs;
  }
  double elements(std::size_t i) const { return static_cast<double>(case_.lengths[i] * columns); }
  double reference_rms(std::size_t i) const { return std::sqrt(reference_[i].sum_squares / elements(i)); }
  double rms_bound(std::size_t i) const {
    return rule_.rms_factor * std::sqrt(plain_[i].sum_squares / elements(i)) +
           rule_.rms_floor * rule_.unit_roundoff * reference_rms(i);
  }
  double row_bound(std::size_t i) const {
    return rule_.row_factor * std::sqrt(plain_[i].max_row_sum_squares / columns) +
           rule_.row_floor * rule_.unit_roundoff * reference_rms(i);
  }
  /// Errors `times` the bound of one rule in one sequence, none elsewhere.
  std::vector<ErrorStats> errors(const std::string& rule, std::size_t sequence, double times) const {
    std::vector<ErrorStats> result(2);
    ErrorStats& stats = result[sequence];
    if (rule == "max") stats.max_abs = times * max_bound(sequence);
    if (rule == "rms") stats.sum_squares = std::pow(times * rms_bound(sequence), 2) * elements(sequence);
    if (rule == "row") stats.max_row_sum_squares = std::pow(times * row_bound(sequence), 2) * columns;
    return result;
  }
};

TEST_F(BoundsTest, hold_below_each_rule_and_fail_above_it) {
  for (const std::string rule : {"max", "rms", "row"}) {
    for (const std::size_t sequence : {0, 1}) {
      SCOPED_TRACE(rule + ", sequence " + std::to_string(sequence));
      const Margin below = bounds_.judge(errors(rule, sequence, 0.999));
      EXPECT_TRUE(below.holds());
      EXPECT_NEAR(below.value, 0.999, 1e-9);
      const Margin above = bounds_.judge(errors(rule, sequence, 1.001));
      EXPECT_FALSE(above.holds());
      EXPECT_NEAR(above.value, 1.001, 1e-9);
      EXPECT_EQ(above.rule, rule);
      EXPECT_EQ(above.sequence, static_cast<std::int64_t>(sequence));
      EXPECT_NEAR(above.error / above.bound, above.value, 1e-12);
    }
  }
}

TEST_F(BoundsTest, are_widened_by_slack) {
  EXPECT_TRUE(bounds_.judge(errors("max", 0, 1.4), pair_slack).holds());
  EXPECT_NEAR(bounds_.judge(errors("rms", 1, 3), 2).value, 1.5, 1e-9);
}

TEST_F(BoundsTest, report_the_worst_of_several_errors) {
  std::vector<ErrorStats> two = errors("rms", 0, 0.4);
  two[1] = errors("row", 1, 0.7)[1];
  const Margin margin = bounds_.judge(two);
  EXPECT_NEAR(margin.value, 0.7, 1e-9);
  EXPECT_EQ(margin.rule, "row");
  EXPECT_EQ(margin.sequence, 1);
}

TEST_F(BoundsTest, give_no_error_a_margin_of_0) {
  const Margin margin = bounds_.judge({ErrorStats{}, ErrorStats{}});
  EXPECT_EQ(margin.value, 0);
  EXPECT_TRUE(margin.holds());
  EXPECT_FALSE(margin.rule.empty());
}

TEST_F(BoundsTest, give_a_non_finite_element_an_infinite_margin) {
  std::vector<ErrorStats> errors(2);
  errors[1].nonfinite = 1;
  for (const double slack : {1.0, 1e9}) {
    const Margin margin = bounds_.judge(errors, slack);
    EXPECT_EQ(margin.value, infinity);
    EXPECT_FALSE(margin.holds());
    EXPECT_EQ(margin.sequence, 1);
    EXPECT_EQ(margin.rule, "non-finite");
  }
}

TEST(Bounds, of_short_sequences_borrow_the_error_of_the_batch) {
  const ToleranceRule rule = tolerance_rule(DType::bf16);
  const std::vector<ErrorStats> magnitude = {{1, 8, 4, 0}, {1, 120, 4, 0}};
  // The short sequence's own error is nearly zero by luck.
  const std::vector<ErrorStats> plain = {{1e-9, 1e-17, 1e-17, 0}, {0.05, 0.06, 0.01, 0}};
  const Bounds bounds({plain, magnitude}, with_lengths({2, 30}, DType::bf16), 4);
  std::vector<ErrorStats> errors(2);
  errors[0].max_abs = rule.max_factor * 0.05;
  EXPECT_LE(bounds.judge(errors).value, 1);
  // Eight rows are enough for a scale of their own.
  const Bounds own({plain, magnitude}, with_lengths({8, 30}, DType::bf16), 4);
  EXPECT_GT(own.judge(errors).value, 10);
}

/// The margin of an average error in the first sequence that is ten times what its rule would allow.
Margin margin_of_averages(std::int64_t length, std::int64_t columns) {
  const std::vector<ErrorStats> plain(2, {1e-3, 1e-6, 1e-6, 0}), magnitude(2, {1, 1, 1, 0});
  const Bounds bounds({plain, magnitude}, with_lengths({length, 40}), columns);
  return bounds.judge({ErrorStats{0, 1, 1, 0}, ErrorStats{}});
}

TEST(Bounds, judge_the_rms_only_of_enough_rows_and_elements) {
  ASSERT_LT(rows_for_own_scale * 31, elements_for_rms_rule);
  EXPECT_GT(margin_of_averages(rows_for_own_scale, elements_for_rms_rule).value, 1);
  // 31 columns are too few for the row rule: what is left is the rms rule, given enough elements in enough rows.
  EXPECT_EQ(margin_of_averages(rows_for_own_scale, 31).value, 0);
  EXPECT_GT(margin_of_averages(elements_for_rms_rule / 31 + 1, 31).value, 1);
  EXPECT_EQ(margin_of_averages(elements_for_rms_rule / 31 + 1, 31).rule, "rms");
  EXPECT_EQ(margin_of_averages(rows_for_own_scale - 1, 31).value, 0);
}

TEST(Bounds, judge_rows_only_of_enough_columns) {
  EXPECT_EQ(margin_of_averages(1, columns_for_row_rule - 1).value, 0);
  EXPECT_GT(margin_of_averages(1, columns_for_row_rule).value, 1);
  EXPECT_EQ(margin_of_averages(1, columns_for_row_rule).rule, "row");
}

TEST(Bounds, of_zero_are_met_by_no_error_and_missed_by_any) {
  const Bounds bounds({{ErrorStats{}}, {ErrorStats{}}}, with_lengths({9}, DType::fp32), 4);
  EXPECT_EQ(bounds.judge({ErrorStats{}}).value, 0);
  EXPECT_EQ(bounds.judge({ErrorStats{1e-30, 1e-60, 1e-60, 0}}).value, infinity);
}

TEST(Bounds, have_a_rounding_of_the_largest_logit_in_every_floor) {
  const ErrorScale ordinary{{ErrorStats{}}, {ErrorStats{1, 9 * 32, 32, 0}}},
      large{ordinary.plain_error, ordinary.magnitude, 100};
  const ToleranceRule rule = tolerance_rule(DType::fp32);
  const std::vector<ErrorStats> error = {{(rule.max_floor + 100) * rule.unit_roundoff, 0, 0, 0}};
  EXPECT_NEAR(Bounds(large, with_lengths({9}, DType::fp32), 32).judge(error).value, 1, 1e-9);
  EXPECT_GT(Bounds(ordinary, with_lengths({9}, DType::fp32), 32).judge(error).value, 1);
}

TEST(ErrorScale, of_some_sequences_gives_each_of_the_whole_case_the_worst_of_them) {
  const ErrorScale part{{{1, 40, 5, 0}, {2, 20, 8, 0}}, {{3, 10, 1, 0}, {1, 60, 2, 0}}, 7};
  // Mean squares of 40 / (10 * 4) and 20 / (2 * 4), the second larger; for the magnitude 60 / (2 * 4).
  const ErrorScale whole = extended(part, with_lengths({10, 2}), with_lengths({10, 1, 2}), 4);
  expect_same(whole.plain_error, {{2, 100, 8, 0}, {2, 10, 8, 0}, {2, 20, 8, 0}});
  expect_same(whole.magnitude, {{3, 300, 2, 0}, {3, 30, 2, 0}, {3, 60, 2, 0}});
  EXPECT_EQ(whole.logit_magnitude, 7);
}

/// Two sequences of 2 and 3 tokens, 4 channels; the reference is 1 everywhere.
class DescribeDifference : public testing::Test {
 protected:
  at::Tensor zeros() const { return at::zeros({5, 4}, at::TensorOptions(at::kDouble).device(device_under_test())); }
  std::string describe(double bound) const {
    return describe_difference(rows_, reference_, {2, 1, bound, 1, "max"}, case_);
  }
  const AttentionCase case_ = with_lengths({2, 3});
  at::Tensor reference_ = zeros().add(1), rows_ = zeros().add(1);
};

TEST_F(DescribeDifference, names_sequence_token_and_channel) {
  rows_[2 + 1][3] = 0.5;
  EXPECT_EQ(
      describe(0.1),
      "1 of 12 elements of sequence 1 differ by more than 0.1; first at (sequence 1, token 1, channel 3): got 0.5, "
      "expected 1");
}

TEST_F(DescribeDifference, spells_out_three_elements_and_counts_the_rest) {
  rows_[2 + 2] = zeros()[0];
  rows_[2][0] = 2;
  EXPECT_EQ(
      describe(0.25),
      "5 of 12 elements of sequence 1 differ by more than 0.25; first at (sequence 1, token 0, channel 0): got 2, "
      "expected 1; (sequence 1, token 2, channel 0): got 0, expected 1; (sequence 1, token 2, channel 1): got 0, "
      "expected 1");
}

TEST_F(DescribeDifference, looks_at_the_deciding_sequence_only) {
  rows_[0][0] = 100;
  rows_[4][1] = 3;
  const std::string text = describe(0.25);
  EXPECT_NE(text.find("1 of 12 elements of sequence 1"), std::string::npos) << text;
  EXPECT_NE(text.find("(sequence 1, token 2, channel 1): got 3, expected 1"), std::string::npos) << text;
}

TEST_F(DescribeDifference, names_the_largest_where_no_element_is_over_the_bound) {
  rows_[2][1] = 1.125;
  rows_[3][2] = 1.25;
  EXPECT_EQ(describe(0.5), "largest difference at (sequence 1, token 1, channel 2): got 1.25, expected 1");
}

TEST_F(DescribeDifference, names_the_element_that_is_not_finite_among_rounded_ones) {
  rows_ = rows_.add(1e-9);
  rows_[4][3] = not_a_number;
  std::vector<ErrorStats> errors = error_stats({rows_, reference_}, {{0, 1}}, case_)[0];
  const Bounds bounds({std::vector<ErrorStats>(2, {0.1, 0.1, 0.1, 0}), std::vector<ErrorStats>(2, {1, 12, 4, 0})},
                      case_, 4);
  const std::string text = describe_difference(rows_, reference_, bounds.judge(errors), case_);
  EXPECT_NE(text.find("1 of 12 elements"), std::string::npos) << text;
  EXPECT_NE(text.find("(sequence 1, token 2, channel 3): got nan, expected 1"), std::string::npos) << text;
}

}  // namespace
}  // namespace attngate

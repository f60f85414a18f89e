#include "attngate/oracle/formula.h"

#include <gtest/gtest.h>

#include <cmath>

#include "attngate/oracle/tolerance.h"
#include "edited_case.h"
#include "naive_attention.h"
#include "tensors.h"

namespace attngate {
namespace {

const char* const lines[] = {
    "dtype=fp32 heads=3 head_dim=5 lengths=4,1,9 extra_padding=2 padding_content=1024 seed=0x31",
    "dtype=fp16 heads=2 head_dim=8 lengths=6,6 mask=none seed=0x32",
    "dtype=bf16 heads=4 head_dim=6 lengths=17,3 padding_content=4096 seed=0x33",
    "dtype=fp32 heads=1 head_dim=1 lengths=1 seed=0x34",
    "dtype=fp16 heads=1 head_dim=64 lengths=2,5,5 extra_padding=1 seed=0x35"};

double largest(const std::vector<double>& values) {
  double result = 0;
  for (const double value : values) result = std::max(result, std::abs(value));
  return result;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& expected, const char* line) {
  ASSERT_EQ(got.size(), expected.size()) << line;
  const double tolerance = 1e-12 * largest(expected);
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], tolerance) << line << ", element " << i;
}

TEST(ReferenceFp64, is_the_output_of_attention_in_plain_loops) {
  for (const char* line : lines) {
    const CaseInputs inputs = inputs_of(line);
    const at::Tensor output = reference_fp64(inputs, false).output;
    EXPECT_EQ(output.scalar_type(), at::kDouble);
    EXPECT_EQ(output.sizes(), inputs.tokens().sizes());
    expect_near(numbers(output), naive_attention(inputs).output, line);
  }
}

TEST(ReferenceFp64, has_the_weights_of_attention_in_plain_loops) {
  for (const char* line : lines) {
    const CaseInputs inputs = inputs_of(line);
    const AttentionCase& attention_case = inputs.attention_case();
    const at::Tensor padded =
        tensor_of(naive_attention(inputs).weights, attention_case.padded_length(), at::kDouble, at::kCPU);
    expect_near(numbers(reference_fp64(inputs, true).weights),
                numbers(padded.narrow(1, 0, attention_case.max_length())), line);
  }
}

TEST(ReferenceFp64, gives_padded_keys_a_weight_of_exactly_0) {
  const CaseInputs inputs = inputs_of("dtype=fp32 heads=2 head_dim=4 lengths=2,5 padding_content=4096");
  const std::vector<double> weights = numbers(reference_fp64(inputs, true).weights);
  for (const std::size_t token : {0, 1}) {
    for (const std::size_t key : {2, 3, 4}) EXPECT_EQ(weights[token * 5 + key], 0.0);
  }
}

TEST(ReferenceFp64, gives_weights_only_when_asked) {
  EXPECT_FALSE(reference_fp64(inputs_of(lines[0]), false).weights.defined());
  EXPECT_FALSE(plain_formula(inputs_of(lines[0]), false).weights.defined());
}

TEST(ReferenceFp64, does_not_see_padding) {
  const at::Tensor bare = reference_fp64(inputs_of("dtype=fp32 heads=2 head_dim=5 lengths=3,7 seed=0x9"), false).output;
  const at::Tensor padded =
      reference_fp64(
          inputs_of("dtype=fp32 heads=2 head_dim=5 lengths=3,7 extra_padding=4 padding_content=4096 seed=0x9"), false)
          .output;
  EXPECT_TRUE(same_bytes(bare, padded));
}

/// Output and weights are those of plain loops.
void expect_naive(const CaseInputs& inputs, const std::string& what) {
  const AttentionCase& attention_case = inputs.attention_case();
  const NaiveAttention naive = naive_attention(inputs);
  const FormulaResult reference = reference_fp64(inputs, true);
  expect_near(numbers(reference.output), naive.output, what.c_str());
  const at::Tensor padded = tensor_of(naive.weights, attention_case.padded_length(), at::kDouble, at::kCPU);
  expect_near(numbers(reference.weights), numbers(padded.narrow(1, 0, attention_case.max_length())), what.c_str());
}

TEST(ReferenceFp64, takes_every_mask) {
  for (const MaskKind mask : {MaskKind::holes, MaskKind::four_d, MaskKind::causal}) {
    for (const std::int64_t extra_padding : {0, 3}) {
      expect_naive(edited_inputs("dtype=fp32 heads=3 head_dim=5 lengths=9,1,20,6 padding_content=64 seed=0x36",
                                 [&](AttentionCase& c) {
                                   c.mask = mask;
                                   c.extra_padding = extra_padding;
                                 }),
                   to_string(mask));
    }
  }
  for (const MaskKind mask : {MaskKind::two_d, MaskKind::causal}) {
    for (const std::int64_t extra_padding : {0, 3}) {
      expect_naive(edited_inputs("dtype=bf16 heads=2 head_dim=4 lengths=20,20 padding_content=64 seed=0x37",
                                 [&](AttentionCase& c) {
                                   c.mask = mask;
                                   c.extra_padding = extra_padding;
                                 }),
                   to_string(mask));
    }
  }
}

using Lengths = std::vector<std::int64_t>;

TEST(ReferenceFp64, takes_sequences_of_length_0) {
  for (const MaskKind mask : {MaskKind::padding, MaskKind::holes, MaskKind::four_d, MaskKind::causal}) {
    for (const Lengths& lengths : {Lengths{3, 0, 4}, Lengths{0, 2}, Lengths{2, 0, 0}}) {
      expect_naive(edited_inputs("dtype=fp32 heads=2 head_dim=4 lengths=1 extra_padding=1 seed=0x38",
                                 [&](AttentionCase& c) {
                                   c.mask = mask;
                                   c.lengths = lengths;
                                 }),
                   to_string(mask));
    }
  }
}

TEST(ReferenceFp64, is_empty_where_there_are_no_tokens) {
  for (const Lengths& lengths : {Lengths{}, Lengths{0}, Lengths{0, 0}}) {
    const CaseInputs inputs = edited_inputs("dtype=fp16 heads=2 head_dim=4 lengths=1 extra_padding=1",
                                            [&](AttentionCase& c) { c.lengths = lengths; });
    EXPECT_EQ(reference_fp64(inputs, true).output.sizes(), at::IntArrayRef({0, 8}));
    EXPECT_EQ(reference_fp64(inputs, true).output.scalar_type(), at::kDouble);
    EXPECT_EQ(plain_formula(inputs, true).weights.sizes(), at::IntArrayRef({0, 0}));
    EXPECT_EQ(plain_formula(inputs, true).output.scalar_type(), at::kHalf);
  }
}

TEST(ReferenceFp64, takes_every_value_profile_and_layout) {
  for (const ValueProfile values :
       {ValueProfile::tiny, ValueProfile::large, ValueProfile::outlier, ValueProfile::negative_logits}) {
    for (const StorageLayout layout : {StorageLayout::transposed, StorageLayout::sliced, StorageLayout::expanded}) {
      expect_naive(edited_inputs("dtype=fp16 heads=2 head_dim=8 lengths=9,9 extra_padding=1 seed=0x39",
                                 [&](AttentionCase& c) {
                                   c.values = values;
                                   c.layout = layout;
                                 }),
                   to_string(values) + ", " + to_string(layout));
    }
  }
}

TEST(ReferenceFp64, goes_by_the_parameters_of_the_inputs) {
  const CaseInputs inputs = inputs_of(lines[0]);
  MhaParameters parameters = inputs.parameters();
  parameters.in_proj_weight = parameters.in_proj_weight.mul(0.5);
  parameters.out_proj_bias = parameters.out_proj_bias.add(1);
  expect_naive(inputs.with_parameters(parameters), "other parameters");
}

double rms(const std::vector<double>& values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  return std::sqrt(squares / static_cast<double>(values.size()));
}

class PlainFormula : public testing::TestWithParam<DType> {};

TEST_P(PlainFormula, errs_by_about_the_unit_roundoff) {
  const CaseInputs inputs =
      inputs_of("dtype=" + to_string(GetParam()) + " heads=3 head_dim=20 lengths=30,7,19 seed=0x41");
  const FormulaResult plain = plain_formula(inputs, true), truth = reference_fp64(inputs, true);
  const double u = tolerance_rule(GetParam()).unit_roundoff;
  EXPECT_EQ(plain.output.scalar_type(), scalar_type(GetParam()));
  EXPECT_EQ(plain.weights.scalar_type(), scalar_type(GetParam()));
  const double output_error = rms(numbers(plain.output.to(at::kDouble).sub(truth.output))) / rms(numbers(truth.output));
  const double weight_error =
      rms(numbers(plain.weights.to(at::kDouble).sub(truth.weights))) / rms(numbers(truth.weights));
  EXPECT_GT(output_error, u / 8);
  EXPECT_LT(output_error, 8 * u);
  EXPECT_GT(weight_error, u / 8);
  EXPECT_LT(weight_error, 8 * u);
}

TEST_P(PlainFormula, rounds_a_projection_before_and_after_its_bias) {
  // With one token attention is its value: the output is two projections, whose roundings can be made by hand.
  const CaseInputs inputs = inputs_of("dtype=" + to_string(GetParam()) + " heads=1 head_dim=24 lengths=1 seed=0x42");
  const at::ScalarType dtype = scalar_type(GetParam());
  const auto project = [&](const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& bias) {
    const at::Tensor product = rows.to(at::kDouble).matmul(weight.to(at::kDouble).t()).to(dtype);
    return product.to(at::kDouble).add(bias.to(at::kDouble)).to(dtype);
  };
  const MhaParameters& p = inputs.parameters();
  const at::Tensor value =
      project(inputs.tokens(), p.in_proj_weight.narrow(0, 48, 24), p.in_proj_bias.narrow(0, 48, 24));
  const at::Tensor expected = project(value, p.out_proj_weight, p.out_proj_bias);
  const std::vector<double> got = numbers(plain_formula(inputs, false).output), wanted = numbers(expected);
  // fp32 sums: the product of fp32 itself is only as good as their order.
  const double tolerance = GetParam() == DType::fp32 ? 8 * tolerance_rule(GetParam()).unit_roundoff : 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], wanted[i], tolerance * (1 + std::abs(wanted[i])));
  }
}

INSTANTIATE_TEST_SUITE_P(EveryDtype, PlainFormula, testing::Values(DType::fp16, DType::bf16, DType::fp32),
                         [](const auto& instance) { return to_string(instance.param); });

}  // namespace
}  // namespace attngate

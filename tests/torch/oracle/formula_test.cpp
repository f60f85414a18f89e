#include "attngate/oracle/formula.h"

#include <gtest/gtest.h>

#include <cmath>

#include "attngate/oracle/tolerance.h"
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

TEST(ReferenceFp64, IsTheOutputOfAttentionInPlainLoops) {
  for (const char* line : lines) {
    const CaseInputs inputs = inputs_of(line);
    const at::Tensor output = reference_fp64(inputs, false).output;
    EXPECT_EQ(output.scalar_type(), at::kDouble);
    EXPECT_EQ(output.sizes(), inputs.tokens().sizes());
    expect_near(numbers(output), naive_attention(inputs).output, line);
  }
}

TEST(ReferenceFp64, HasTheWeightsOfAttentionInPlainLoops) {
  for (const char* line : lines) {
    const CaseInputs inputs = inputs_of(line);
    const AttentionCase& attention_case = inputs.attention_case();
    const at::Tensor padded = tensor_of(naive_attention(inputs).weights, attention_case.padded_length(), at::kDouble,
                                        at::kCPU);
    expect_near(numbers(reference_fp64(inputs, true).weights),
                numbers(padded.narrow(1, 0, attention_case.max_length())), line);
  }
}

TEST(ReferenceFp64, GivesPaddedKeysAWeightOfExactly0) {
  const CaseInputs inputs = inputs_of("dtype=fp32 heads=2 head_dim=4 lengths=2,5 padding_content=4096");
  const std::vector<double> weights = numbers(reference_fp64(inputs, true).weights);
  for (const std::size_t token : {0, 1}) {
    for (const std::size_t key : {2, 3, 4}) EXPECT_EQ(weights[token * 5 + key], 0.0);
  }
}

TEST(ReferenceFp64, GivesWeightsOnlyWhenAsked) {
  EXPECT_FALSE(reference_fp64(inputs_of(lines[0]), false).weights.defined());
  EXPECT_FALSE(plain_formula(inputs_of(lines[0]), false).weights.defined());
}

TEST(ReferenceFp64, DoesNotSeePadding) {
  const at::Tensor bare = reference_fp64(inputs_of("dtype=fp32 heads=2 head_dim=5 lengths=3,7 seed=0x9"), false).output;
  const at::Tensor padded = reference_fp64(
      inputs_of("dtype=fp32 heads=2 head_dim=5 lengths=3,7 extra_padding=4 padding_content=4096 seed=0x9"), false).output;
  EXPECT_TRUE(same_bytes(bare, padded));
}

double rms(const std::vector<double>& values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  return std::sqrt(squares / static_cast<double>(values.size()));
}

class PlainFormula : public testing::TestWithParam<DType> {};

TEST_P(PlainFormula, ErrsByAboutTheUnitRoundoff) {
  const CaseInputs inputs =
      inputs_of("dtype=" + to_string(GetParam()) + " heads=3 head_dim=20 lengths=30,7,19 seed=0x41");
  const FormulaResult plain = plain_formula(inputs, true), truth = reference_fp64(inputs, true);
  const double u = tolerance_rule(GetParam()).unit_roundoff;
  EXPECT_EQ(plain.output.scalar_type(), scalar_type(GetParam()));
  EXPECT_EQ(plain.weights.scalar_type(), scalar_type(GetParam()));
  const double output_error = rms(numbers(plain.output.to(at::kDouble).sub(truth.output))) / rms(numbers(truth.output));
  const double weight_error = rms(numbers(plain.weights.to(at::kDouble).sub(truth.weights))) / rms(numbers(truth.weights));
  EXPECT_GT(output_error, u / 8);
  EXPECT_LT(output_error, 8 * u);
  EXPECT_GT(weight_error, u / 8);
  EXPECT_LT(weight_error, 8 * u);
}

INSTANTIATE_TEST_SUITE_P(EveryDtype, PlainFormula, testing::Values(DType::fp16, DType::bf16, DType::fp32),
                         [](const auto& instance) { return to_string(instance.param); });

}  // namespace
}  // namespace attngate

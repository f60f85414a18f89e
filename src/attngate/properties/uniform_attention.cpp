#include "attngate/oracle/tolerance.h"
#include "attngate/properties/metamorphic.h"
#include "attngate/properties/parameters.h"
#include "attngate/properties/property_list.h"

namespace attngate {
namespace {

/// Roundings to the dtype, each of the mean's own size: the weights, which are all the same and so are rounded alike,
/// their product with the values, the output.
constexpr double roundings = 3;

/// Means of values=tiny are subnormal in fp16, where a rounding is half of 2^-24 whatever the size.
double subnormal_rounding(DType dtype) { return dtype == DType::fp16 ? 0x1p-25 : 0; }

/// The mean itself is taken in fp32: 2^-24 of the largest token for each key, and for the division and the product.
at::Tensor allowance(const at::Tensor& mean, const CaseInputs& inputs) {
  const AttentionCase& attention_case = inputs.attention_case();
  const double sums = 2 * static_cast<double>(attention_case.max_length()) + 2;
  const double u = tolerance_rule(attention_case.dtype).unit_roundoff;
  const at::Tensor largest_token = inputs.tokens().abs().amax().to(at::kDouble);
  return mean.abs()
      .mul(roundings * u)
      .add(largest_token, sums * 0x1p-24)
      .add(roundings * subnormal_rounding(attention_case.dtype));
}

/// Values are the tokens, bit for bit, and the output is the attention: a mean of numbers that are exact in any dtype.
/// Means of many tokens are small, so that one token more or less shows even in bf16.
std::vector<Variant> variants(const CaseInputs& base) {
  MhaParameters parameters = copy_of(base.parameters());
  projection_of(parameters.in_proj_weight, Projection::query).zero_();
  projection_of(parameters.in_proj_bias, Projection::query).zero_();
  copy_tokens_to_values(parameters);
  copy_attention_to_output(parameters);
  return {{.relation = "queries set to 0: attention is the mean of the visible tokens",
           .inputs = base.with_parameters(std::move(parameters)),
           .allowance = allowance}};
}

}  // namespace

Property uniform_attention_property() {
  return metamorphic_property({.name = "uniform_attention",
                               .summary = "with queries of 0, attention is the mean of the visible values",
                               .variants = variants});
}

}  // namespace attngate

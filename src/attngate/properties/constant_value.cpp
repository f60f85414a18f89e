#include "attngate/oracle/tolerance.h"
#include "attngate/properties/metamorphic.h"
#include "attngate/properties/parameters.h"
#include "attngate/properties/property_list.h"

namespace attngate {
namespace {

/// Roundings to the dtype, each of the value's own size: the weights, their product with the values, the output. With
/// an out projection there would be sums that cancel, and their rounding has nothing to do with the size of the result.
constexpr double roundings = 3;

/// Weights are summed in fp32, once to divide by the sum and once with the values: 2^-24 for each key, and for the
/// division and the product.
at::Tensor allowance(const at::Tensor& values, const CaseInputs& inputs) {
  const AttentionCase& attention_case = inputs.attention_case();
  const double sums = 2 * static_cast<double>(attention_case.max_length()) + 2;
  return values.abs().mul(roundings * tolerance_rule(attention_case.dtype).unit_roundoff + sums * 0x1p-24);
}

std::vector<Variant> variants(const CaseInputs& base) {
  MhaParameters parameters = copy_of(base.parameters());
  projection_of(parameters.in_proj_weight, Projection::value).zero_();
  copy_attention_to_output(parameters);
  const at::Tensor value = projection_of(parameters.in_proj_bias, Projection::value).to(at::kDouble);
  return {{.relation = "all values the same: attention returns that value",
           .inputs = base.with_parameters(std::move(parameters)),
           .reference = value.expand({base.tokens().size(0), value.size(0)}),
           .allowance = allowance}};
}

}  // namespace

Property constant_value_property() {
  return metamorphic_property({.name = "constant_value",
                               .summary = "a mean of equal values is that value, whatever the weights",
                               .variants = variants});
}

}  // namespace attngate

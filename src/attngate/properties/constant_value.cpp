#include <ATen/ops/matmul.h>

#include "attngate/properties/metamorphic.h"
#include "attngate/properties/metamorphic_properties.h"
#include "attngate/properties/parameters.h"

namespace attngate {
namespace {

std::vector<Variant> variants(const CaseInputs& base) {
  MhaParameters parameters = copy_of(base.parameters());
  projection_of(parameters.in_proj_weight, Projection::value).zero_();
  const at::Tensor value = projection_of(parameters.in_proj_bias, Projection::value).to(at::kDouble);
  const at::Tensor row =
      at::matmul(parameters.out_proj_weight.to(at::kDouble), value).add(parameters.out_proj_bias.to(at::kDouble));
  Variant variant{.relation = "all values the same: every row is their projection",
                  .inputs = base.with_parameters(std::move(parameters))};
  variant.reference = row.expand({base.tokens().size(0), row.size(0)});
  return {variant};
}

}  // namespace

Property constant_value_property() {
  return metamorphic_property({.name = "constant_value",
                               .summary = "a mean of equal values is that value: every row is the same, whatever the weights",
                               .adapt = unchanged_case,
                               .why_not = always_applies,
                               .variants = variants});
}

}  // namespace attngate

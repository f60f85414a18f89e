#include <ATen/ops/matmul.h>

#include "attngate/properties/metamorphic.h"
#include "attngate/properties/parameters.h"
#include "attngate/properties/property_list.h"

namespace attngate {
namespace {

/// About the size of a value or a key, so that neither what is shifted nor the shift drowns in the other's rounding.
constexpr double shift = 1;

Variant values_shifted(const CaseInputs& base) {
  MhaParameters parameters = copy_of(base.parameters());
  const at::Tensor bias = projection_of(parameters.in_proj_bias, Projection::value);
  const at::Tensor before = bias.to(at::kDouble);
  bias.add_(shift);
  // What the bias really moved by: the sum may have been rounded.
  const at::Tensor moved = at::matmul(parameters.out_proj_weight.to(at::kDouble), bias.to(at::kDouble).sub(before));
  return {.relation = "values shifted: the attention output moves by as much",
          .inputs = base.with_parameters(std::move(parameters)),
          .from_base = [moved](const at::Tensor& rows) { return rows.to(at::kDouble).add(moved); }};
}

Variant keys_shifted(const CaseInputs& base) {
  MhaParameters parameters = copy_of(base.parameters());
  projection_of(parameters.in_proj_bias, Projection::key).add_(shift);
  return {.relation = "keys shifted: all logits of a query move alike, every row as before",
          .inputs = base.with_parameters(std::move(parameters)),
          .from_base = same_rows};
}

std::vector<Variant> variants(const CaseInputs& base) { return {values_shifted(base), keys_shifted(base)}; }

}  // namespace

Property value_shift_property() {
  return metamorphic_property({.name = "value_shift",
                               .summary = "shifted values shift the attention output, shifted keys leave it",
                               .variants = variants});
}

}  // namespace attngate

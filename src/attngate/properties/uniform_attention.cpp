#include "attngate/properties/metamorphic.h"
#include "attngate/properties/metamorphic_properties.h"
#include "attngate/properties/parameters.h"

namespace attngate {
namespace {

/// Without biases behind the values a mean is all there is: a bias would outweigh it and hide what is missing from it.
std::vector<Variant> variants(const CaseInputs& base) {
  MhaParameters parameters = copy_of(base.parameters());
  projection_of(parameters.in_proj_weight, Projection::query).zero_();
  projection_of(parameters.in_proj_bias, Projection::query).zero_();
  projection_of(parameters.in_proj_bias, Projection::value).zero_();
  parameters.out_proj_bias.zero_();
  return {{.relation = "queries set to 0: every row is the mean of the visible values",
           .inputs = base.with_parameters(std::move(parameters))}};
}

}  // namespace

Property uniform_attention_property() {
  return metamorphic_property({.name = "uniform_attention",
                               .summary = "with queries of 0, attention is the mean of the visible values",
                               .adapt = unchanged_case,
                               .why_not = always_applies,
                               .variants = variants});
}

}  // namespace attngate

#include <array>
#include <cmath>

#include "attngate/properties/metamorphic.h"
#include "attngate/properties/parameters.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/seeded_draw.h"

namespace attngate {
namespace {

/// Powers of two change no significant bit; more than 4 would leave fp16's range for the largest values.
constexpr std::array<double, 4> factors = {0.25, 0.5, 2, 4};

void scale(MhaParameters& parameters, Projection projection, double factor) {
  projection_of(parameters.in_proj_weight, projection).mul_(factor);
  projection_of(parameters.in_proj_bias, projection).mul_(factor);
}

Variant scaled(const CaseInputs& base, std::string relation, MhaParameters parameters) {
  return {.relation = std::move(relation),
          .inputs = base.with_parameters(std::move(parameters)),
          .from_base = same_rows,
          .bitwise = true,
          .keeps_truth = true};
}

std::vector<Variant> variants(const CaseInputs& base) {
  SeededDraw draw(base.attention_case(), "value_scaling");
  const double value_factor = draw.one_of(factors);
  const double query_factor = draw.one_of(factors);
  MhaParameters value_scaled = copy_of(base.parameters());
  scale(value_scaled, Projection::value, value_factor);
  value_scaled.out_proj_weight.mul_(1 / value_factor);
  MhaParameters query_scaled = copy_of(base.parameters());
  scale(query_scaled, Projection::query, query_factor);
  scale(query_scaled, Projection::key, 1 / query_factor);
  return {
      scaled(base, "values times a power of two, out projection divided by it: every row as before",
             std::move(value_scaled)),
      scaled(base, "queries times a power of two, keys divided by it: every row as before", std::move(query_scaled))};
}

}  // namespace

Property value_scaling_property() {
  return metamorphic_property(
      {.name = "value_scaling",
       .summary = "powers of two that cancel (values and out projection, queries and keys) change nothing",
       .variants = variants});
}

}  // namespace attngate

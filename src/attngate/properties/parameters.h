#pragma once

#include "attngate/values/mha_parameters.h"

namespace attngate {

/// The three projections that in_proj_weight and in_proj_bias hold, in their order.
enum class Projection { query, key, value };

/// The rows of one projection: a view of in_proj_weight or in_proj_bias, so that writing to it changes the parameter.
inline at::Tensor projection_of(const at::Tensor& in_proj, Projection projection) {
  const std::int64_t embed_dim = in_proj.size(0) / 3;
  return in_proj.narrow(0, static_cast<std::int64_t>(projection) * embed_dim, embed_dim);
}

/// Parameters of the same numbers that may be written to.
inline MhaParameters copy_of(const MhaParameters& parameters) {
  MhaParameters copy = parameters;
  copy.in_proj_weight = parameters.in_proj_weight.clone();
  copy.in_proj_bias = parameters.in_proj_bias.clone();
  copy.out_proj_weight = parameters.out_proj_weight.clone();
  copy.out_proj_bias = parameters.out_proj_bias.clone();
  return copy;
}

/// Makes every value a copy of its token: nothing is left to round.
inline void copy_tokens_to_values(MhaParameters& parameters) {
  projection_of(parameters.in_proj_weight, Projection::value).zero_().fill_diagonal_(1);
  projection_of(parameters.in_proj_bias, Projection::value).zero_();
}

/// Makes the output a copy of the attention.
inline void copy_attention_to_output(MhaParameters& parameters) {
  parameters.out_proj_weight.zero_().fill_diagonal_(1);
  parameters.out_proj_bias.zero_();
}

}  // namespace attngate

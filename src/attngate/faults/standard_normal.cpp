#include "attngate/faults/standard_normal.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/randn.h>

#include <cmath>

namespace attngate::faults {

CaseInputs StandardNormal::inputs(const AttentionCase& attention_case, MhaParameters parameters) {
  CaseInputs inputs = CaseInputs(attention_case, device_).with_parameters(std::move(parameters));
  const at::Tensor& tokens = inputs.tokens();
  const at::Tensor mask = inputs.key_padding_mask().defined() ? inputs.key_padding_mask().clone() : at::Tensor();
  inputs.arena().words().zero_();  // guards and padding
  if (mask.defined()) inputs.key_padding_mask().copy_(mask);
  tokens.copy_(numbers(tokens.numel(), tokens.scalar_type()).view_as(tokens));
  // Where the padded form is not the tokens themselves.
  if (!inputs.is_rectangular()) {
    inputs.dense().view({-1, attention_case.embed_dim()}).index_copy_(0, inputs.dense_row_of_token(), tokens);
  }
  return inputs;
}

MhaParameters StandardNormal::attention_parameters(const AttentionCase& attention_case) const {
  const auto embed_dim = static_cast<double>(attention_case.embed_dim());
  return parameters(attention_case, std::sqrt(6 / (4 * embed_dim)), 0);
}

MhaParameters StandardNormal::linear_parameters(const AttentionCase& attention_case) const {
  const double bound = 1 / std::sqrt(static_cast<double>(attention_case.embed_dim()));
  return parameters(attention_case, bound, bound);
}

MhaParameters StandardNormal::parameters(const AttentionCase& attention_case, double in_bound,
                                         double bias_bound) const {
  const std::int64_t embed_dim = attention_case.embed_dim();
  const double out_bound = 1 / std::sqrt(static_cast<double>(embed_dim));
  at::Generator generator = at::detail::createCPUGenerator(seed_);
  const auto uniform = [&](at::IntArrayRef sizes, double bound) {
    return at::empty(sizes, at::kFloat)
        .uniform_(-bound, bound, generator)
        .to(device_, scalar_type(attention_case.dtype));
  };
  MhaParameters p;
  p.num_heads = attention_case.num_heads;
  p.in_proj_weight = uniform({3 * embed_dim, embed_dim}, in_bound);
  p.in_proj_bias = uniform({3 * embed_dim}, bias_bound);
  p.out_proj_weight = uniform({embed_dim, embed_dim}, out_bound);
  p.out_proj_bias = uniform({embed_dim}, bias_bound);
  return p;
}

at::Tensor StandardNormal::numbers(std::int64_t count, at::ScalarType dtype) {
  if (!stream_.defined() || stream_.numel() < count || stream_.scalar_type() != dtype) {
    at::Generator generator = at::detail::createCPUGenerator(seed_);
    stream_ = at::randn({count}, generator, at::kFloat).to(device_, dtype);
  }
  return stream_.narrow(0, 0, count);
}

}  // namespace attngate::faults

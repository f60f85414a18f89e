#include "attngate/paths/mha/composite_sdpa.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <c10/util/Exception.h>

namespace attngate {

at::Tensor CompositeSdpa::attend(const at::Tensor& input, const std::optional<at::Tensor>& attention_mask,
                                 bool is_causal) const {
  const MhaParameters& p = parameters_;
  const std::int64_t batch = input.size(0), embed_dim = p.embed_dim();
  const auto packed = at::linear(input, p.in_proj_weight, p.in_proj_bias).chunk(3, -1);
  const auto heads = [&](const at::Tensor& part) {
    return part.view({batch, -1, p.num_heads, embed_dim / p.num_heads}).transpose(1, 2);
  };
  const at::Tensor attention = at::scaled_dot_product_attention(heads(packed[0]), heads(packed[1]), heads(packed[2]),
                                                                attention_mask, /*dropout_p=*/0.0, is_causal);
  return at::linear(attention.transpose(1, 2).reshape({batch, -1, embed_dim}), p.out_proj_weight, p.out_proj_bias);
}

std::pair<at::Tensor, at::Tensor> CompositeSdpa::forward(const at::Tensor& query, const at::Tensor& key,
                                                         const at::Tensor& value,
                                                         const std::optional<at::Tensor>& mask) const {
  TORCH_CHECK_NOT_IMPLEMENTED(query.is_same(key) && key.is_same(value),
                              "query, key and value must be the same Tensor for now.");
  TORCH_CHECK_NOT_IMPLEMENTED(!mask.has_value(), "mask is currently not supported.");
  return {attend(query, std::nullopt, false), at::Tensor()};
}

at::Tensor CompositeSdpa::forward_causal(const at::Tensor& input) const { return attend(input, std::nullopt, true); }

at::Tensor CompositeSdpa::forward_padded(const at::Tensor& input, const at::Tensor& hidden) const {
  if (!hidden.defined()) return attend(input, std::nullopt, false);
  // SDPA's boolean mask says where to attend, this one where not to.
  return attend(input, hidden.logical_not(), false);
}

CompositeSdpa build_composite_sdpa(const MhaParameters& parameters) {
  TORCH_CHECK_VALUE(parameters.in_proj_weight.defined(),
                    "composite SDPA needs in_proj_weight: the module keeps query, key and value apart");
  TORCH_CHECK_VALUE(parameters.out_proj_weight.defined(), "composite SDPA needs out_proj_weight");
  const std::int64_t embed_dim = parameters.embed_dim();
  TORCH_CHECK_VALUE(parameters.in_proj_weight.sizes() == at::IntArrayRef({3 * embed_dim, embed_dim}),
                    "composite SDPA needs query, key and value of one embed_dim: in_proj_weight is ",
                    parameters.in_proj_weight.sizes(), ", expected [", 3 * embed_dim, ", ", embed_dim, "]");
  TORCH_CHECK_VALUE(parameters.batch_first, "composite SDPA needs batch_first=true");
  TORCH_CHECK_VALUE(parameters.num_heads > 0 && embed_dim % parameters.num_heads == 0, "num_heads ",
                    parameters.num_heads, " does not divide embed_dim ", embed_dim);
  return CompositeSdpa(parameters);
}

}  // namespace attngate

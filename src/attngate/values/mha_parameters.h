#pragma once

#include <ATen/core/Tensor.h>

namespace attngate {

/// The parameters of a multi-head self-attention module, as torch.nn.MultiheadAttention holds them.
struct MhaParameters {
  std::int64_t num_heads = 1;
  at::Tensor in_proj_weight;   ///< [3 * embed_dim, embed_dim]: query, key and value rows
  at::Tensor in_proj_bias;     ///< [3 * embed_dim]
  at::Tensor out_proj_weight;  ///< [embed_dim, embed_dim]
  at::Tensor out_proj_bias;    ///< [embed_dim]
  /// Inputs are [batch, seqlen, embed_dim] rather than [seqlen, batch, embed_dim].
  bool batch_first = true;

  std::int64_t embed_dim() const { return out_proj_weight.size(0); }
};

}  // namespace attngate

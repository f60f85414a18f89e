#pragma once

#include <optional>
#include <utility>

#include "attngate/values/mha_parameters.h"

namespace attngate {

/// Multi-head attention as linear, scaled dot product attention, linear.
///
/// Source of the algorithm: CompositeMHA in benchmarks/transformer/sdp.py of PyTorch.
class CompositeSdpa {
 public:
  explicit CompositeSdpa(MhaParameters parameters) : parameters_(std::move(parameters)) {}

  /// Attention of nested or dense input [batch, seqlen, embed_dim]; the second tensor is undefined.
  ///
  /// Throws c10::NotImplementedError unless query, key and value are the same tensor and mask is
  /// absent, as the program it comes from does.
  std::pair<at::Tensor, at::Tensor> forward(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                                            const std::optional<at::Tensor>& mask) const;

  /// Self-attention of nested or dense input where a query sees its own key and those before it.
  at::Tensor forward_causal(const at::Tensor& input) const;

  /// Self-attention of padded input [batch, seqlen, embed_dim]; hidden is True where a query must not see a key, to be
  /// broadcast to [batch, num_heads, seqlen, seqlen], or undefined.
  at::Tensor forward_padded(const at::Tensor& input, const at::Tensor& hidden) const;

  const MhaParameters& parameters() const { return parameters_; }

 private:
  at::Tensor attend(const at::Tensor& input, const std::optional<at::Tensor>& attention_mask, bool is_causal) const;

  MhaParameters parameters_;
};

/// The composite form of an MHA module's parameters.
///
/// Throws c10::ValueError naming what is wrong: in_proj_weight missing, query, key and value of
/// different embed_dim, batch_first off, or embed_dim not divisible by num_heads.
CompositeSdpa build_composite_sdpa(const MhaParameters& parameters);

}  // namespace attngate

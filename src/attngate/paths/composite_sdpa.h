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
  std::pair<at::Tensor, at::Tensor> forward(const at::Tensor& query, const at::Tensor& key,
                                            const at::Tensor& value,
                                            const std::optional<at::Tensor>& mask) const;

  /// Attention of padded input [batch, seqlen, embed_dim]; key_padding_mask [batch, seqlen] is True
  /// on padding, or undefined.
  at::Tensor forward_padded(const at::Tensor& input, const at::Tensor& key_padding_mask) const;

  const MhaParameters& parameters() const { return parameters_; }

 private:
  at::Tensor attend(const at::Tensor& input, const std::optional<at::Tensor>& attention_mask) const;

  MhaParameters parameters_;
};

/// The composite form of an MHA module's parameters.
///
/// Throws c10::ValueError naming what is wrong: in_proj_weight missing, query, key and value of
/// different embed_dim, batch_first off, or embed_dim not divisible by num_heads.
CompositeSdpa build_composite_sdpa(const MhaParameters& parameters);

}  // namespace attngate

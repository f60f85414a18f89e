#pragma once

#include <functional>
#include <string>

#include "attngate/paths/attention_path.h"

namespace attngate {

/// Where dense_attention() can be made wrong: each step's result may be changed in place.
struct Mistake {
  using Change = std::function<void(at::Tensor&, const CaseInputs&)>;
  Change input = {};   ///< [batch, padded_length, embed_dim], a view of dense(): reassign it, or damage the inputs
  Change hidden = {};  ///< bool, True where a key is hidden, broadcasts to the logits
  Change logits = {};  ///< fp64 [batch, num_heads, padded_length, padded_length], before hidden keys are left out
  Change probabilities = {};  ///< the same shape, after the softmax
  Change attention = {};      ///< fp64 [batch, padded_length, embed_dim], before the out projection
  Change output = {};         ///< the same shape, in the case's dtype
};

/// Multi-head self-attention of the dense form in fp64, rounded to the case's dtype once: as right as a path can be,
/// but for the mistake.
PathOutput dense_attention(const CaseInputs& inputs, const Mistake& mistake = {});

/// That as a path that runs every case.
AttentionPath dense_path(const std::string& name, const Mistake& mistake = {});

}  // namespace attngate

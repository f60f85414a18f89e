#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "attngate/values/case_inputs.h"

namespace attngate {

/// What naive_attention() can be told to do wrong.
struct Fault {
  bool drop_last_key = false;  ///< sequences of two and more tokens never see their last key
  bool reverse_heads = false;  ///< heads are put together in reverse order
  double scale_factor = 1;     ///< on 1/sqrt(head_dim)
};

/// Multi-head self-attention of a case in loops over doubles, with the mask of the case: nothing of it is shared with
/// the code under test.
struct NaiveAttention {
  std::vector<double> output;   ///< [total_tokens, embed_dim]
  std::vector<double> weights;  ///< averaged over the heads, [total_tokens, padded_length], 0 past a sequence's end
};

NaiveAttention naive_attention(const CaseInputs& inputs, const Fault& fault = {});

/// A tensor [rows, columns] of the numbers, rounded to dtype.
at::Tensor tensor_of(const std::vector<double>& numbers, std::int64_t columns, at::ScalarType dtype, at::Device device);

}  // namespace attngate

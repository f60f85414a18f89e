#pragma once

#include <ATen/core/Tensor.h>

#include "attngate/case/attention_case.h"

namespace attngate {

/// Elements of a nested buffer between the sequences for nested=gaps: one row, so that it still divides into rows.
std::int64_t nested_gap(const AttentionCase& attention_case);

/// A nested view [batch, (lengths), embed_dim] of a 1-D buffer, with nested_gap() between the sequences.
at::Tensor nested_view(const at::Tensor& buffer, const AttentionCase& attention_case);

/// The nested tensor that LibTorch makes of a list with one tensor per sequence, each a piece of the token rows.
at::Tensor nested_from_list(const at::Tensor& tokens, const AttentionCase& attention_case);

/// The nested tensor that LibTorch makes of the padded form and the lengths.
at::Tensor nested_from_mask(const at::Tensor& dense, const at::Tensor& lengths);

}  // namespace attngate

#pragma once

#include "attngate/values/case_inputs.h"

namespace attngate {

/// True where a key is padding: bool [batch, padded_length], whatever the case's mask.
at::Tensor padded_keys(const CaseInputs& inputs);

/// All that a case hides as a key padding mask: bool [batch, padded_length], True where a key is hidden from every
/// query. For mask=padding, holes and none.
at::Tensor key_padding(const CaseInputs& inputs);

/// Everything that the case hides, padding included, in one mask for the padded form: True where a query must not see a
/// key, bool [batch or 1, num_heads or 1, padded_length or 1, padded_length]; undefined where nothing is hidden.
at::Tensor hidden_keys(const CaseInputs& inputs);

/// The same as numbers to add to logits: -inf where hidden, 0 elsewhere, in the dtype of the case.
at::Tensor additive_mask(const at::Tensor& hidden, const CaseInputs& inputs);

}  // namespace attngate

#include "attngate/paths/mha/hidden_keys.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/logical_or.h>
#include <ATen/ops/zeros.h>

#include <limits>

namespace attngate {

at::Tensor padded_keys(const CaseInputs& inputs) {
  if (inputs.attention_case().mask == MaskKind::padding) return inputs.key_padding_mask();
  const at::Tensor columns = at::arange(inputs.attention_case().padded_length(), inputs.lengths().options());
  return at::ge(columns.unsqueeze(0), inputs.lengths().unsqueeze(1));
}

at::Tensor key_padding(const CaseInputs& inputs) {
  return inputs.attention_case().mask == MaskKind::holes ? inputs.key_padding_mask() : padded_keys(inputs);
}

at::Tensor hidden_keys(const CaseInputs& inputs) {
  const auto for_every_query = [](const at::Tensor& mask) { return mask.unsqueeze(1).unsqueeze(1); };
  const auto for_every_sequence = [](const at::Tensor& mask) { return mask.unsqueeze(0).unsqueeze(0); };
  switch (inputs.attention_case().mask) {
    case MaskKind::none:
      return {};
    case MaskKind::padding:
    case MaskKind::holes:
      return for_every_query(inputs.key_padding_mask());
    case MaskKind::two_d:
      return for_every_sequence(inputs.attention_mask());
    case MaskKind::four_d:
      return inputs.attention_mask();
    case MaskKind::causal: {
      const at::Tensor later = for_every_sequence(inputs.attention_mask());
      return inputs.is_rectangular() ? later : at::logical_or(later, for_every_query(padded_keys(inputs)));
    }
  }
  throw CaseError("mask: no such enumerator");
}

at::Tensor additive_mask(const at::Tensor& hidden, const CaseInputs& inputs) {
  return at::zeros(hidden.sizes(), inputs.dense().options())
      .masked_fill_(hidden, -std::numeric_limits<double>::infinity());
}

}  // namespace attngate

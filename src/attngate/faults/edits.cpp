#include "attngate/faults/edits.h"

#include <ATen/ops/ge.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>

namespace attngate::faults {

void hide_keys_from(Attention& attention, const at::Tensor& first_hidden) {
  const at::Tensor behind = at::ge(attention.column_numbers().unsqueeze(0), first_hidden.unsqueeze(1));
  at::Tensor& padding = attention.key_padding;
  padding = padding.defined() ? padding.logical_or(behind) : behind;
}

void show_keys(Attention& attention, const at::Tensor& shown) {
  at::Tensor& padding = attention.key_padding;
  if (padding.defined()) padding = padding.logical_and(shown.logical_not());
}

void take_sequences(Attention& attention, const std::vector<std::int64_t>& source_of_sequence) {
  const at::Tensor sources = at::tensor(source_of_sequence, at::kLong).to(attention.inputs.device());
  attention.output = at::index_select(attention.output, 0, sources);
}

at::Tensor copy_of_rows(const Attention& attention) {
  return at::index_select(attention.output.reshape({-1, attention.embed_dim()}), 0,
                          attention.inputs.dense_row_of_token());
}

}  // namespace attngate::faults

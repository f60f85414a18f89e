#include "attngate/values/nested_form.h"

#include <ATen/ops/_nested_tensor_from_mask.h>
#include <ATen/ops/_nested_tensor_from_tensor_list.h>
#include <ATen/ops/_nested_view_from_buffer.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/lt.h>

#include <vector>

namespace attngate {

std::int64_t nested_gap(const AttentionCase& attention_case) {
  return attention_case.nested == NestedForm::gaps ? attention_case.embed_dim() : 0;
}

at::Tensor nested_view(const at::Tensor& buffer, const AttentionCase& attention_case) {
  const std::int64_t batch = attention_case.batch_size(), embed_dim = attention_case.embed_dim();
  const std::int64_t gap = nested_gap(attention_case);
  // Nested metadata lives on the host, whatever the device of the values.
  const at::Tensor sizes = at::empty({batch, 2}, at::kLong);
  const at::Tensor strides = at::empty({batch, 2}, at::kLong);
  const at::Tensor offsets = at::empty({batch}, at::kLong);
  auto* size = sizes.data_ptr<std::int64_t>();
  auto* stride = strides.data_ptr<std::int64_t>();
  auto* offset = offsets.data_ptr<std::int64_t>();
  std::int64_t first = 0;
  for (std::int64_t sequence = 0; sequence < batch; ++sequence) {
    const std::int64_t length = attention_case.lengths[static_cast<std::size_t>(sequence)];
    size[2 * sequence] = length;
    size[2 * sequence + 1] = embed_dim;
    stride[2 * sequence] = embed_dim;
    stride[2 * sequence + 1] = 1;
    offset[sequence] = first;
    first += length * embed_dim + gap;
  }
  return at::_nested_view_from_buffer(buffer, sizes, strides, offsets);
}

at::Tensor nested_from_list(const at::Tensor& tokens, const AttentionCase& attention_case) {
  std::vector<at::Tensor> sequences;
  sequences.reserve(attention_case.lengths.size());
  std::int64_t first = 0;
  for (const std::int64_t length : attention_case.lengths) {
    sequences.push_back(tokens.narrow(0, first, length));
    first += length;
  }
  // Without dtype and device the result is fp32 on the CPU.
  return at::_nested_tensor_from_tensor_list(sequences, tokens.scalar_type(), at::kStrided, tokens.device());
}

at::Tensor nested_from_mask(const at::Tensor& dense, const at::Tensor& lengths) {
  const at::Tensor columns = at::arange(dense.size(1), lengths.options());
  return at::_nested_tensor_from_mask(dense, at::lt(columns.unsqueeze(0), lengths.unsqueeze(1)));
}

}  // namespace attngate

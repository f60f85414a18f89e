#include <ATen/NestedTensorImpl.h>
#include <ATen/ops/index_select.h>

#include "attngate/paths/attention_path.h"

namespace attngate {
namespace {

std::string shape_of(const at::Tensor& tensor) {
  std::string text = "[";
  for (const std::int64_t size : tensor.sizes()) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  }
  return text + "]";
}

at::Tensor rows_of_nested(const at::Tensor& output, const AttentionCase& attention_case) {
  const at::Tensor sizes = at::native::get_nested_tensor_impl(output)->get_nested_sizes();
  if (sizes.dim() != 2 || sizes.size(0) != attention_case.batch_size() || sizes.size(1) != 2) {
    throw WrongShape("nested output has sizes of shape " + shape_of(sizes) + ", expected [" +
                     std::to_string(attention_case.batch_size()) + ", 2]");
  }
  const auto* size = sizes.const_data_ptr<std::int64_t>();
  for (std::int64_t sequence = 0; sequence < attention_case.batch_size(); ++sequence) {
    const std::int64_t length = attention_case.lengths[static_cast<std::size_t>(sequence)];
    if (size[2 * sequence] != length || size[2 * sequence + 1] != attention_case.embed_dim()) {
      throw WrongShape("sequence " + std::to_string(sequence) + " of the nested output is [" +
                       std::to_string(size[2 * sequence]) + ", " + std::to_string(size[2 * sequence + 1]) +
                       "], expected [" + std::to_string(length) + ", " + std::to_string(attention_case.embed_dim()) +
                       "]");
    }
  }
  const at::Tensor packed = output.is_contiguous() ? output : output.contiguous();
  // A view of a larger buffer is contiguous too: its own numbers come first.
  return at::native::get_nested_tensor_impl(packed)
      ->get_buffer()
      .narrow(0, 0, attention_case.total_tokens() * attention_case.embed_dim())
      .view({attention_case.total_tokens(), attention_case.embed_dim()});
}

at::Tensor rows_of_dense(const at::Tensor& output, const CaseInputs& inputs) {
  const AttentionCase& attention_case = inputs.attention_case();
  const at::IntArrayRef expected = inputs.dense().sizes();
  if (output.sizes() != expected) {
    throw WrongShape("dense output is " + shape_of(output) + ", expected " + shape_of(inputs.dense()));
  }
  const at::Tensor rows = output.reshape({-1, attention_case.embed_dim()});
  return inputs.is_rectangular() ? rows.contiguous() : at::index_select(rows, 0, inputs.dense_row_of_token());
}

}  // namespace

at::Tensor token_rows(const at::Tensor& output, const CaseInputs& inputs) {
  if (!output.defined()) throw WrongShape("no output was returned");
  if (output.scalar_type() != inputs.tokens().scalar_type()) {
    throw WrongShape(std::string("output has dtype ") + c10::toString(output.scalar_type()) + ", expected " +
                     c10::toString(inputs.tokens().scalar_type()));
  }
  if (output.device() != inputs.device()) {
    throw WrongShape("output is on " + output.device().str() + ", expected " + inputs.device().str());
  }
  if (output.is_nested()) return rows_of_nested(output, inputs.attention_case());
  if (output.dim() == 3) return rows_of_dense(output, inputs);
  if (output.sizes() != inputs.tokens().sizes()) {
    throw WrongShape("output is " + shape_of(output) + ", expected token rows " + shape_of(inputs.tokens()));
  }
  return output.contiguous();
}

}  // namespace attngate

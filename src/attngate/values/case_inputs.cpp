#include "attngate/values/case_inputs.h"

#include <ATen/ops/_nested_view_from_buffer.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/ge.h>

#include "attngate/values/device_stream.h"
#include "attngate/values/fill.h"

namespace attngate {
namespace {

/// Host metadata of a case in one int64 buffer, so that it reaches the device in one copy.
struct Metadata {
  at::Tensor buffer;  ///< int64 on the host: first rows, lengths, dense rows, tight rows, positions
  std::int64_t batch, tokens;

  std::int64_t first_rows() const { return 0; }
  std::int64_t lengths() const { return batch + 1; }
  std::int64_t dense_rows() const { return lengths() + batch; }
  std::int64_t tight_rows() const { return dense_rows() + tokens; }
  /// int32 values behind the int64 ones, two to a slot.
  std::int64_t positions() const { return tight_rows() + tokens; }
  std::int64_t position_slots() const { return (2 * tokens + batch + 1) / 2; }
};

Metadata host_metadata(const AttentionCase& attention_case, bool pinned) {
  Metadata meta{{}, attention_case.batch_size(), attention_case.total_tokens()};
  meta.buffer = at::empty({meta.positions() + meta.position_slots()},
                          at::TensorOptions().dtype(at::kLong).pinned_memory(pinned));
  auto* slots = meta.buffer.data_ptr<std::int64_t>();
  auto* positions = reinterpret_cast<std::int32_t*>(slots + meta.positions());
  const std::int64_t padded = attention_case.padded_length();
  const std::int64_t tight = attention_case.max_length();
  std::int64_t row = 0;
  for (std::int64_t sequence = 0; sequence < meta.batch; ++sequence) {
    const std::int64_t length = attention_case.lengths[static_cast<std::size_t>(sequence)];
    slots[meta.first_rows() + sequence] = row;
    slots[meta.lengths() + sequence] = length;
    positions[2 * meta.tokens + sequence] = static_cast<std::int32_t>(length);
    for (std::int64_t token = 0; token < length; ++token, ++row) {
      slots[meta.dense_rows() + row] = sequence * padded + token;
      slots[meta.tight_rows() + row] = sequence * tight + token;
      positions[row] = static_cast<std::int32_t>(sequence);
      positions[meta.tokens + row] = static_cast<std::int32_t>(token);
    }
  }
  slots[meta.first_rows() + meta.batch] = row;
  return meta;
}

void fill(const FillRequest& request, at::Device device) {
  if (device.is_cuda()) {
    fill_on_device(request, current_stream(device));
  } else {
    fill_on_host(request);
  }
}

}  // namespace

at::ScalarType scalar_type(DType dtype) {
  switch (dtype) {
    case DType::fp16: return at::kHalf;
    case DType::bf16: return at::kBFloat16;
    case DType::fp32: return at::kFloat;
  }
  throw CaseError("dtype: not one of fp16, bf16, fp32");
}

CaseInputs::CaseInputs(const AttentionCase& attention_case, at::Device device, const ValueKeys&)
    : attention_case_(attention_case), device_(device) {
  validate(attention_case_);
  rectangular_ = attention_case_.total_tokens() ==
                 attention_case_.batch_size() * attention_case_.padded_length();
  place_metadata();
  fill_tokens();
  fill_dense();
  make_parameters();
  view_as_nested();
}

CaseInputs CaseInputs::with_parameters(MhaParameters parameters) const {
  CaseInputs other = *this;
  other.parameters_ = std::move(parameters);
  return other;
}

void CaseInputs::place_metadata() {
  const Metadata meta = host_metadata(attention_case_, device_.is_cuda());
  const at::Tensor placed = meta.buffer.to(device_, /*non_blocking=*/true);
  first_row_of_sequence_ = placed.narrow(0, meta.first_rows(), meta.batch + 1);
  lengths_ = placed.narrow(0, meta.lengths(), meta.batch);
  dense_row_of_token_ = placed.narrow(0, meta.dense_rows(), meta.tokens);
  tight_row_of_token_ = placed.narrow(0, meta.tight_rows(), meta.tokens);
  positions_ = placed.narrow(0, meta.positions(), meta.position_slots()).view(at::kInt);
  if (attention_case_.mask == MaskKind::padding) {
    const at::Tensor columns = at::arange(attention_case_.padded_length(), lengths_.options());
    key_padding_mask_ = at::ge(columns.unsqueeze(0), lengths_.unsqueeze(1));
  }
}

void CaseInputs::fill_tokens() {
  const std::int64_t rows = attention_case_.total_tokens();
  tokens_ = at::empty({rows, attention_case_.embed_dim()},
                      at::TensorOptions(scalar_type(attention_case_.dtype)).device(device_));
  FillRequest request;
  request.data = tokens_.data_ptr();
  request.dtype = attention_case_.dtype;
  request.seed = attention_case_.seed;
  request.tensor = TensorKey::tokens;
  request.rows = rows;
  request.columns = attention_case_.embed_dim();
  request.scale = token_scale;
  request.sequence_of_row = positions_.const_data_ptr<std::int32_t>();
  request.token_of_row = request.sequence_of_row + rows;
  fill(request, device_);
}

void CaseInputs::fill_dense() {
  const std::int64_t batch = attention_case_.batch_size();
  const std::int64_t padded = attention_case_.padded_length();
  const std::int64_t embed_dim = attention_case_.embed_dim();
  if (rectangular_) {  // the same bytes in the same order
    dense_ = tokens_.view({batch, padded, embed_dim});
    return;
  }
  dense_ = at::empty({batch, padded, embed_dim}, tokens_.options());
  FillRequest request;
  request.data = dense_.data_ptr();
  request.dtype = attention_case_.dtype;
  request.seed = attention_case_.seed;
  request.tensor = TensorKey::tokens;
  request.rows = batch * padded;
  request.columns = embed_dim;
  request.scale = token_scale;
  request.rows_per_sequence = padded;
  request.lengths = positions_.const_data_ptr<std::int32_t>() + 2 * tokens_.size(0);
  request.padding_content = static_cast<float>(attention_case_.padding_content);
  fill(request, device_);
}

void CaseInputs::make_parameters() {
  const std::int64_t embed_dim = attention_case_.embed_dim();
  const auto parameter = [&](TensorKey key, std::int64_t rows, std::int64_t columns, float scale) {
    at::Tensor tensor = at::empty({rows, columns}, tokens_.options());
    FillRequest request;
    request.data = tensor.data_ptr();
    request.dtype = attention_case_.dtype;
    request.seed = attention_case_.seed;
    request.tensor = key;
    request.rows = rows;
    request.columns = columns;
    request.scale = scale;
    // One "sequence": the row is the token.
    request.rows_per_sequence = rows;
    fill(request, device_);
    return tensor;
  };
  const float weights = weight_scale(embed_dim);
  parameters_.num_heads = attention_case_.num_heads;
  parameters_.in_proj_weight = parameter(TensorKey::in_proj_weight, 3 * embed_dim, embed_dim, weights);
  parameters_.in_proj_bias = parameter(TensorKey::in_proj_bias, 1, 3 * embed_dim, bias_scale).view(-1);
  parameters_.out_proj_weight = parameter(TensorKey::out_proj_weight, embed_dim, embed_dim, weights);
  parameters_.out_proj_bias = parameter(TensorKey::out_proj_bias, 1, embed_dim, bias_scale).view(-1);
}

void CaseInputs::view_as_nested() {
  const std::int64_t batch = attention_case_.batch_size();
  const std::int64_t embed_dim = attention_case_.embed_dim();
  // Nested metadata lives on the host, whatever the device of the values.
  const at::Tensor sizes = at::empty({batch, 2}, at::kLong);
  const at::Tensor strides = at::empty({batch, 2}, at::kLong);
  const at::Tensor offsets = at::empty({batch}, at::kLong);
  auto* size = sizes.data_ptr<std::int64_t>();
  auto* stride = strides.data_ptr<std::int64_t>();
  auto* offset = offsets.data_ptr<std::int64_t>();
  std::int64_t first = 0;
  for (std::int64_t sequence = 0; sequence < batch; ++sequence) {
    const std::int64_t length = attention_case_.lengths[static_cast<std::size_t>(sequence)];
    size[2 * sequence] = length;
    size[2 * sequence + 1] = embed_dim;
    stride[2 * sequence] = embed_dim;
    stride[2 * sequence + 1] = 1;
    offset[sequence] = first;
    first += length * embed_dim;
  }
  nested_ = at::_nested_view_from_buffer(tokens_.view(-1), sizes, strides, offsets);
}

namespace {

void mix(std::uint64_t& hash, const at::Tensor& tensor) {
  constexpr std::uint64_t fnv_prime = 0x100000001b3ull;
  const at::Tensor bytes = tensor.contiguous().to(at::kCPU);
  const auto* byte = static_cast<const std::uint8_t*>(bytes.const_data_ptr());
  for (std::size_t i = 0; i < bytes.nbytes(); ++i) hash = (hash ^ byte[i]) * fnv_prime;
}

}  // namespace

std::uint64_t hash_of_inputs(const CaseInputs& inputs) {
  constexpr std::uint64_t fnv_offset_basis = 0xcbf29ce484222325ull;
  std::uint64_t hash = fnv_offset_basis;
  const MhaParameters& parameters = inputs.parameters();
  for (const at::Tensor* tensor :
       {&inputs.tokens(), &inputs.dense(), &parameters.in_proj_weight, &parameters.in_proj_bias,
        &parameters.out_proj_weight, &parameters.out_proj_bias}) {
    mix(hash, *tensor);
  }
  return hash;
}

}  // namespace attngate

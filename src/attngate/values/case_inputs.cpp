#include "attngate/values/case_inputs.h"

#include <algorithm>
#include <utility>

#include "attngate/base/fnv.h"
#include "attngate/values/case_metadata.h"
#include "attngate/values/device_stream.h"
#include "attngate/values/mask.h"
#include "attngate/values/nested_form.h"
#include "attngate/values/value_profile.h"

namespace attngate {
namespace {

/// Elements between the rows of layout=sliced: 16 bytes in half precision, so that rows stay as aligned as a vector
/// load wants them; storage_offset is there for the others.
constexpr std::int64_t sliced_gap = 8;

/// Bytes between two tensors: a row, which is what a length that is off by one reads or writes, and no less than a warp
/// of 32 lanes loads at once with 16 bytes each.
std::int64_t guard_bytes(const AttentionCase& attention_case) {
  constexpr std::int64_t warp_load = 32 * 16;
  const auto element = static_cast<std::int64_t>(at::elementSize(scalar_type(attention_case.dtype)));
  return std::max(warp_load, attention_case.embed_dim() * element);
}

ArenaRegion token_rows_region(const AttentionCase& attention_case) {
  ArenaRegion region = ArenaRegion::packed("tokens", scalar_type(attention_case.dtype), attention_case.total_tokens(),
                                           attention_case.embed_dim(), attention_case.storage_offset);
  if (attention_case.layout == StorageLayout::sliced) region.row_stride += sliced_gap;
  return region;
}

/// The buffer under a nested view, where the token rows cannot serve.
ArenaRegion nested_buffer_region(const AttentionCase& attention_case) {
  const bool has_gaps = attention_case.nested == NestedForm::gaps;
  const std::int64_t gaps = has_gaps ? std::max<std::int64_t>(attention_case.batch_size() - 1, 0) : 0;
  return ArenaRegion::packed("nested buffer", scalar_type(attention_case.dtype), attention_case.total_tokens() + gaps,
                             attention_case.embed_dim(), attention_case.storage_offset);
}

ArenaRegion dense_region(const AttentionCase& attention_case) {
  const std::int64_t batch = attention_case.batch_size(), padded = attention_case.padded_length();
  const std::int64_t embed_dim = attention_case.embed_dim();
  ArenaRegion region =
      ArenaRegion::packed("dense", scalar_type(attention_case.dtype), padded, embed_dim, attention_case.storage_offset);
  region.sequences = batch;
  region.sequence_stride = padded * embed_dim;
  switch (attention_case.layout) {
    case StorageLayout::packed:
      break;
    case StorageLayout::transposed:
      region.row_stride = batch * embed_dim;
      region.sequence_stride = embed_dim;
      break;
    case StorageLayout::sliced:  // [1:, :embed_dim] of a larger buffer, as it were: one row more to each sequence
      region.row_stride = embed_dim + sliced_gap;
      region.sequence_stride = (padded + 1) * region.row_stride;
      break;
    case StorageLayout::expanded:
      region.sequences = std::min<std::int64_t>(batch, 1);
      region.sequence_stride = 0;
      break;
  }
  return region;
}

/// Without address and keys.
MaskRequest mask_request(const AttentionCase& attention_case) {
  const MaskKind mask = attention_case.mask;
  MaskRequest request;
  request.seed = attention_case.seed;
  request.padded_length = attention_case.padded_length();
  request.common_length = attention_case.max_length();
  request.random = mask == MaskKind::holes || mask == MaskKind::two_d || mask == MaskKind::four_d;
  request.causal = mask == MaskKind::causal;
  request.by_sequence = mask != MaskKind::two_d && mask != MaskKind::causal;
  request.by_query = mask != MaskKind::padding && mask != MaskKind::holes;
  if (request.by_sequence) request.sequences = attention_case.batch_size();
  if (request.by_query) request.queries = request.padded_length;
  if (mask == MaskKind::four_d) request.num_heads = attention_case.num_heads;
  return request;
}

bool needs_nested_buffer(const AttentionCase& attention_case) {
  return attention_case.nested == NestedForm::gaps ||
         (attention_case.nested == NestedForm::view && attention_case.layout == StorageLayout::sliced);
}

/// Shape [rows, columns] of each parameter; biases are single rows.
struct ParameterShape {
  const char* name;
  TensorKey key;
  std::int64_t rows, columns;
  bool bias;
};

std::vector<ParameterShape> parameter_shapes(std::int64_t embed_dim) {
  return {{"in_proj_weight", TensorKey::in_proj_weight, 3 * embed_dim, embed_dim, false},
          {"in_proj_bias", TensorKey::in_proj_bias, 1, 3 * embed_dim, true},
          {"out_proj_weight", TensorKey::out_proj_weight, embed_dim, embed_dim, false},
          {"out_proj_bias", TensorKey::out_proj_bias, 1, embed_dim, true}};
}

std::vector<ArenaRegion> regions_of(const AttentionCase& attention_case, bool dense_is_tokens) {
  std::vector<ArenaRegion> regions = {token_rows_region(attention_case)};
  if (needs_nested_buffer(attention_case)) regions.push_back(nested_buffer_region(attention_case));
  if (!dense_is_tokens) regions.push_back(dense_region(attention_case));
  for (const ParameterShape& shape : parameter_shapes(attention_case.embed_dim())) {
    regions.push_back(ArenaRegion::packed(shape.name, scalar_type(attention_case.dtype), shape.rows, shape.columns,
                                          attention_case.parameter_offset));
  }
  if (attention_case.mask != MaskKind::none) {
    regions.push_back(
        ArenaRegion::packed("mask", at::kBool, mask_request(attention_case).rows(), attention_case.padded_length(), 0));
  }
  return regions;
}

/// Tokens, in whatever form they are stored.
FillRequest token_request(const AttentionCase& attention_case, const ValueKeys& keys, const RowKeys& row_keys) {
  const ProfileNumbers profile = profile_numbers(attention_case);
  FillRequest request;
  request.tensor = TensorKey::tokens;
  request.seed = attention_case.seed;
  // An odd factor keeps different numbers different, and 0 leaves the case's own seed.
  request.padding_seed = attention_case.seed ^ (keys.padding_seed * 0x9E3779B97F4A7C15ull);
  request.columns = attention_case.embed_dim();
  request.scale = token_scale * profile.token_factor;
  request.padding_content = static_cast<float>(attention_case.padding_content);
  request.outlier_factor = profile.outlier_factor;
  if (profile.outlier_factor != 1) request.outlier_channel = outlier_channel(attention_case);
  request.keys = row_keys;
  return request;
}

FillRequest parameter_request(const AttentionCase& attention_case, const ParameterShape& shape) {
  FillRequest request;
  request.tensor = shape.key;
  request.seed = attention_case.seed;
  request.rows = request.rows_per_sequence = shape.rows;
  request.columns = request.row_stride = shape.columns;
  request.scale = shape.bias ? bias_scale : weight_scale(attention_case.embed_dim());
  const float opposed_bias = profile_numbers(attention_case).opposed_bias;
  if (shape.key == TensorKey::in_proj_bias && opposed_bias != 0) {
    request.opposed_channels = attention_case.embed_dim();
    request.opposed_value = opposed_bias;
  }
  return request;
}

}  // namespace

at::ScalarType scalar_type(DType dtype) {
  switch (dtype) {
    case DType::fp16:
      return at::kHalf;
    case DType::bf16:
      return at::kBFloat16;
    case DType::fp32:
      return at::kFloat;
  }
  throw CaseError("dtype: not one of fp16, bf16, fp32");
}

CaseInputs::CaseInputs(const AttentionCase& attention_case, at::Device device, const ValueKeys& keys)
    : attention_case_(attention_case), device_(device) {
  validate(attention_case_);
  rectangular_ = attention_case_.total_tokens() == attention_case_.batch_size() * attention_case_.padded_length();
  const CaseMetadata metadata(attention_case_, keys, device_);
  first_row_of_sequence_ = metadata.first_row_of_sequence();
  lengths_ = metadata.lengths();
  dense_row_of_token_ = metadata.dense_row_of_token();
  tight_row_of_token_ = metadata.tight_row_of_token();
  arena_ = GuardedArena(regions_of(attention_case_, shares_tokens()), guard_bytes(attention_case_), device_);
  fill_numbers(token_request(attention_case_, keys, metadata.row_keys()));
  fill_mask(metadata.row_keys());
  view_tensors();
  make_nested();
}

CaseInputs CaseInputs::with_parameters(MhaParameters parameters) const {
  CaseInputs other = *this;
  other.parameters_ = std::move(parameters);
  return other;
}

bool CaseInputs::shares_tokens() const { return rectangular_ && attention_case_.layout == StorageLayout::packed; }

void CaseInputs::fill_numbers(const FillRequest& token_values) {
  std::vector<FillRequest> requests;
  const auto add_token_rows = [&](const ArenaRegion& region, std::int64_t gap) {
    FillRequest request = token_values;
    request.data = arena_.data(region);
    request.rows = attention_case_.total_tokens();
    request.row_stride = region.row_stride;
    request.sequence_stride = gap;
    requests.push_back(request);
  };
  add_token_rows(*arena_.find("tokens"), 0);
  if (const ArenaRegion* buffer = arena_.find("nested buffer")) add_token_rows(*buffer, nested_gap(attention_case_));
  if (const ArenaRegion* dense = arena_.find("dense")) {
    FillRequest request = token_values;
    request.data = arena_.data(*dense);
    request.rows = dense->sequences * dense->rows;
    request.rows_per_sequence = dense->rows;
    request.row_stride = dense->row_stride;
    request.sequence_stride = dense->sequence_stride;
    if (request.rows > 0) requests.push_back(request);
  }
  for (const ParameterShape& shape : parameter_shapes(attention_case_.embed_dim())) {
    FillRequest request = parameter_request(attention_case_, shape);
    request.data = arena_.data(*arena_.find(shape.name));
    requests.push_back(request);
  }
  if (device_.is_cuda()) {
    fill_on_device(requests, attention_case_.dtype, current_stream(device_));
  } else {
    fill_on_host(requests, attention_case_.dtype);
  }
}

void CaseInputs::fill_mask(const RowKeys& row_keys) {
  const ArenaRegion* region = arena_.find("mask");
  if (region == nullptr || region->extent() == 0) return;
  MaskRequest request = mask_request(attention_case_);
  request.data = static_cast<std::uint8_t*>(arena_.data(*region));
  request.keys = row_keys;
  if (device_.is_cuda()) {
    mask_on_device(request, current_stream(device_));
  } else {
    mask_on_host(request);
  }
}

void CaseInputs::view_tensors() {
  const std::int64_t embed_dim = attention_case_.embed_dim();
  const ArenaRegion& rows = *arena_.find("tokens");
  tokens_ = arena_.tensor(rows, {rows.rows, embed_dim}, {rows.row_stride, 1});
  const std::int64_t batch = attention_case_.batch_size(), padded = attention_case_.padded_length();
  const ArenaRegion* dense = arena_.find("dense");
  dense_ = dense == nullptr  // the same bytes in the same order
               ? tokens_.view({batch, padded, embed_dim})
               : arena_.tensor(*dense, {batch, padded, embed_dim}, {dense->sequence_stride, dense->row_stride, 1});
  const auto parameter = [&](const char* name) {
    const ArenaRegion& region = *arena_.find(name);
    return region.rows == 1 && std::string_view(name).ends_with("bias")
               ? arena_.tensor(region, {region.columns}, {1})
               : arena_.tensor(region, {region.rows, region.columns}, {region.columns, 1});
  };
  parameters_.num_heads = attention_case_.num_heads;
  parameters_.in_proj_weight = parameter("in_proj_weight");
  parameters_.in_proj_bias = parameter("in_proj_bias");
  parameters_.out_proj_weight = parameter("out_proj_weight");
  parameters_.out_proj_bias = parameter("out_proj_bias");
  if (const ArenaRegion* mask = arena_.find("mask")) view_mask(*mask);
}

void CaseInputs::view_mask(const ArenaRegion& region) {
  const std::int64_t batch = attention_case_.batch_size(), num_heads = attention_case_.num_heads;
  const std::int64_t padded = attention_case_.padded_length();
  const at::Tensor mask = arena_.tensor(region, {region.rows, padded}, {padded, 1});
  switch (attention_case_.mask) {
    case MaskKind::none:
      break;
    case MaskKind::padding:
    case MaskKind::holes:
      key_padding_mask_ = mask;
      break;
    case MaskKind::two_d:
    case MaskKind::causal:
      attention_mask_ = mask;
      break;
    case MaskKind::four_d:
      attention_mask_ = mask.view({batch, num_heads, padded, padded});
      break;
  }
}

void CaseInputs::make_nested() {
  if (attention_case_.lengths.empty()) {
    // size() of a nested view without sequences crashes in LibTorch 2.11; its list of no tensors is well behaved.
    nested_ = nested_from_list(tokens_, attention_case_);
    return;
  }
  switch (attention_case_.nested) {
    case NestedForm::view:
    case NestedForm::gaps: {
      const ArenaRegion* buffer = arena_.find("nested buffer");
      nested_ = nested_view(arena_.flat(buffer == nullptr ? *arena_.find("tokens") : *buffer), attention_case_);
      break;
    }
    case NestedForm::list:
      nested_ = nested_from_list(tokens_, attention_case_);
      break;
    case NestedForm::mask:
      nested_ = nested_from_mask(dense_, lengths_);
      break;
  }
}

namespace {

void mix(std::uint64_t& hash, const at::Tensor& tensor) {
  const at::Tensor bytes = tensor.contiguous().to(at::kCPU);
  hash = fnv1a({static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()}, hash);
}

}  // namespace

std::uint64_t hash_of_inputs(const CaseInputs& inputs) {
  std::uint64_t hash = fnv_offset_basis;
  const MhaParameters& parameters = inputs.parameters();
  for (const at::Tensor* tensor : {&inputs.tokens(), &inputs.dense(), &parameters.in_proj_weight,
                                   &parameters.in_proj_bias, &parameters.out_proj_weight, &parameters.out_proj_bias}) {
    mix(hash, *tensor);
  }
  // mask=padding follows from the lengths: it is no value of its own.
  if (inputs.attention_case().mask == MaskKind::holes) mix(hash, inputs.key_padding_mask());
  if (inputs.attention_mask().defined()) mix(hash, inputs.attention_mask());
  return hash;
}

}  // namespace attngate

#include <algorithm>

#include "attngate/paths/known_issues.h"

namespace attngate {
namespace {

/// Every sequence but the last has length 1, and the last one too unless there is one head: fused nested SDPA then
/// takes the strides of the first sequence for those of the batch (docs/findings.md, nested-sdpa-length-one).
bool has_ambiguous_nested_strides(const AttentionCase& attention_case) {
  const std::vector<std::int64_t>& lengths = attention_case.lengths;
  const auto is_one = [](std::int64_t length) { return length == 1; };
  return lengths.size() > 1 && std::all_of(lengths.begin(), lengths.end() - 1, is_one) &&
         (lengths.back() == 1 || (attention_case.num_heads == 1 && lengths.back() > 1));
}

AttentionCase with_ambiguous_nested_strides(AttentionCase attention_case) {
  attention_case.head_dim = (attention_case.head_dim + 7) / 8 * 8;
  std::vector<std::int64_t>& lengths = attention_case.lengths;
  lengths.resize(std::max(lengths.size(), std::size_t{2}), 1);
  const std::int64_t last = attention_case.num_heads == 1 ? std::max(lengths.back(), std::int64_t{1}) : 1;
  std::fill(lengths.begin(), lengths.end(), 1);
  lengths.back() = last;
  attention_case.mask = MaskKind::padding;
  attention_case.extra_padding = 0;
  attention_case.layout = StorageLayout::packed;
  attention_case.nested = NestedForm::view;
  attention_case.values = ValueProfile::normal;
  return attention_case;
}

/// The in-projection's bias starts on a boundary of 4 bytes and off one of 4 elements, and head_dim lets the unfused
/// fast path read 4 elements at once (docs/findings.md, fast-path-misaligned-bias).
bool has_misaligned_bias(const AttentionCase& attention_case) {
  const bool half = attention_case.dtype != DType::fp32;
  const bool misaligned = half ? attention_case.parameter_offset % 4 == 2 : attention_case.parameter_offset % 4 != 0;
  return misaligned && attention_case.head_dim % 4 == 0 &&
         attention_case.batch_size() * attention_case.padded_length() > 0;
}

AttentionCase with_misaligned_bias(AttentionCase attention_case) {
  const bool half = attention_case.dtype != DType::fp32;
  attention_case.parameter_offset = half ? 2 : 1 + static_cast<std::int64_t>(attention_case.seed / 7 % 3);
  attention_case.head_dim = (attention_case.head_dim + 3) / 4 * 4;
  attention_case.num_heads += attention_case.num_heads % 2;  // odd ones are refused with a padding mask
  if (attention_case.total_tokens() == 0) attention_case.lengths = {1};
  return attention_case;
}

/// cuDNN takes a boolean mask as a large finite number to add: padded keys with logits beyond 65504 are seen again
/// (docs/findings.md, cudnn-boolean-mask). Which cases get there depends on their values; these may.
bool has_huge_padded_logits(const AttentionCase& attention_case) {
  const ValueProfile values = attention_case.values;
  const bool enlarged = values != ValueProfile::normal && values != ValueProfile::tiny;
  return attention_case.dtype == DType::bf16 && attention_case.padding_content >= (enlarged ? 512 : 4096) &&
         attention_case.total_tokens() < attention_case.batch_size() * attention_case.padded_length();
}

/// One case that shows it: among all that may, chance decides.
AttentionCase with_huge_padded_logits(AttentionCase attention_case) {
  AttentionCase known;
  known.dtype = attention_case.dtype;
  known.head_dim = 16;
  known.lengths = {1};
  known.extra_padding = 1;
  known.padding_content = 4096;
  known.values = ValueProfile::outlier;
  known.seed = 0x35fbc9a99f5d364f;
  return known;
}

/// Keys that a block of flash's split kernel takes, by head_dim (PyTorch's flash_api.cpp and
/// flash_fwd_launch_template.h).
std::int64_t keys_per_block(const AttentionCase& attention_case) {
  if (attention_case.head_dim <= 64) return 256;
  return attention_case.head_dim <= 128 ? 128 : 64;
}

/// Rows that a block of the kernel takes which combines the splits. It is compiled for head_dim 32, 64, 96, 128, 192
/// and 256.
std::int64_t rows_per_combined_block(const AttentionCase& attention_case) {
  const std::int64_t head_dim = attention_case.head_dim;
  if (head_dim <= 32 || (head_dim > 64 && head_dim <= 96)) return 16;
  return head_dim <= 64 || (head_dim > 128 && head_dim <= 192) ? 8 : 4;
}

/// Dense flash may split the keys, and the rows do not fill the last block of its combining kernel, which writes its
/// log-sum-exp without looking (docs/findings.md, flash-split-overrun). Whether it does split depends on the GPU's size
/// too: it does where batch and heads are few.
bool may_split_keys(const AttentionCase& attention_case) {
  const std::int64_t length = attention_case.padded_length();
  const bool unmasked = attention_case.mask == MaskKind::none || attention_case.mask == MaskKind::causal;
  return attention_case.dtype != DType::fp32 && unmasked && attention_case.head_dim <= 256 &&
         length > keys_per_block(attention_case) &&
         attention_case.batch_size() * attention_case.num_heads * length % rows_per_combined_block(attention_case) != 0;
}

/// One sequence, one head, one key more than a block: every GPU splits that. In fp32 there is no flash.
AttentionCase with_split_keys(AttentionCase attention_case) {
  if (attention_case.mask != MaskKind::causal) attention_case.mask = MaskKind::none;
  attention_case.num_heads = 1;
  attention_case.head_dim = std::min<std::int64_t>(attention_case.head_dim, 256);
  attention_case.lengths = {keys_per_block(attention_case) + 1};
  attention_case.extra_padding = 0;
  attention_case.need_weights = false;
  return attention_case;
}

}  // namespace

const std::vector<DefectiveShapes>& defective_shapes() {
  static const std::vector<DefectiveShapes> all = {
      {"ambiguous_nested_strides", has_ambiguous_nested_strides, with_ambiguous_nested_strides},
      {"misaligned_bias", has_misaligned_bias, with_misaligned_bias},
      {"huge_padded_logits", has_huge_padded_logits, with_huge_padded_logits},
      {"split_keys", may_split_keys, with_split_keys}};
  return all;
}

}  // namespace attngate

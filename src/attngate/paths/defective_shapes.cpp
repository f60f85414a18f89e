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

/// The in-projection's bias starts on a boundary of 4 bytes and off one of 4 elements, and head_dim lets the unfused fast
/// path read 4 elements at once (docs/findings.md, fast-path-misaligned-bias).
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

/// Dense flash with its causal flag (docs/findings.md, flash-causal-overrun); which lengths show it is not known.
bool is_causal_case(const AttentionCase& attention_case) {
  return attention_case.mask == MaskKind::causal && attention_case.total_tokens() > 0;
}

AttentionCase made_causal(AttentionCase attention_case) {
  attention_case.mask = MaskKind::causal;
  if (attention_case.total_tokens() == 0) attention_case.lengths = {1};
  if (attention_case.layout == StorageLayout::expanded) attention_case.layout = StorageLayout::packed;
  if (attention_case.nested == NestedForm::mask) attention_case.nested = NestedForm::view;
  return attention_case;
}

}  // namespace

const std::vector<DefectiveShapes>& defective_shapes() {
  static const std::vector<DefectiveShapes> all = {
      {"ambiguous_nested_strides", has_ambiguous_nested_strides, with_ambiguous_nested_strides},
      {"misaligned_bias", has_misaligned_bias, with_misaligned_bias},
      {"huge_padded_logits", has_huge_padded_logits, with_huge_padded_logits},
      {"causal", is_causal_case, made_causal}};
  return all;
}

}  // namespace attngate

#include "attngate/case/attention_case.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include <fmt/format.h>

#include "attngate/case/enumerators.h"

namespace attngate {
namespace {

void require_range(const char* key, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value < least || value > most) {
    throw CaseError(fmt::format("{}={}: must be {} to {}", key, value, least, most));
  }
}

void validate_lengths(const AttentionCase& attention_case) {
  if (attention_case.batch_size() > CaseRange::max_batch_size) {
    throw CaseError(fmt::format("lengths: the number of sequences must be 0 to {}, got {}", CaseRange::max_batch_size,
                                attention_case.batch_size()));
  }
  for (std::size_t sequence = 0; sequence < attention_case.lengths.size(); ++sequence) {
    const std::int64_t length = attention_case.lengths[sequence];
    if (length < 0 || length > CaseRange::max_length) {
      throw CaseError(fmt::format("lengths: sequence {} has length {}: a length must be 0 to {}", sequence, length,
                                  CaseRange::max_length));
    }
  }
}

void validate_padding_content(std::int64_t content) {
  require_range("padding_content", content, 0, CaseRange::max_padding_content);
  // 8 significant bits is what bf16 has; fp16 and fp32 have more, so every dtype holds the value exactly.
  const auto bits = static_cast<std::uint64_t>(content);
  if (content > 0 && std::bit_width(bits) - std::countr_zero(bits) > 8) {
    throw CaseError(
        fmt::format("padding_content={}: must be exact in bf16 (8 significant bits), use a power of two", content));
  }
}

bool all_equal(const std::vector<std::int64_t>& lengths) {
  return std::all_of(lengths.begin(), lengths.end(), [&](std::int64_t length) { return length == lengths.front(); });
}

void validate_mask(const AttentionCase& attention_case) {
  const MaskKind mask = attention_case.mask;
  if ((mask == MaskKind::none || mask == MaskKind::two_d) && !all_equal(attention_case.lengths)) {
    throw CaseError(fmt::format("mask={}: needs all lengths equal, use mask=padding", to_string(mask)));
  }
  if (mask == MaskKind::none && attention_case.extra_padding != 0) {
    throw CaseError(
        fmt::format("mask=none: needs extra_padding=0, got extra_padding={}", attention_case.extra_padding));
  }
}

void validate_storage(const AttentionCase& attention_case) {
  const auto& lengths = attention_case.lengths;
  if (attention_case.layout == StorageLayout::expanded && !all_equal(lengths)) {
    throw CaseError("layout=expanded: needs all lengths equal, use layout=packed");
  }
  if (attention_case.nested == NestedForm::mask && std::count(lengths.begin(), lengths.end(), 0) > 0) {
    throw CaseError("nested=mask: needs every length 1 or more, use nested=view");
  }
  require_range("storage_offset", attention_case.storage_offset, 0, CaseRange::max_storage_offset);
  require_range("parameter_offset", attention_case.parameter_offset, 0, CaseRange::max_storage_offset);
}

}  // namespace

std::int64_t AttentionCase::total_tokens() const {
  return std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
}

std::int64_t AttentionCase::max_length() const {
  return lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
}

void validate(const AttentionCase& attention_case) {
  require_range("heads", attention_case.num_heads, 1, CaseRange::max_num_heads);
  require_range("head_dim", attention_case.head_dim, 1, CaseRange::max_head_dim);
  validate_lengths(attention_case);
  require_range("extra_padding", attention_case.extra_padding, 0, CaseRange::max_extra_padding);
  validate_padding_content(attention_case.padding_content);
  validate_mask(attention_case);
  validate_storage(attention_case);
}

std::string to_string(DType dtype) {
  switch (dtype) {
    case DType::fp16:
      return "fp16";
    case DType::bf16:
      return "bf16";
    case DType::fp32:
      return "fp32";
  }
  throw CaseError(fmt::format("dtype: no such enumerator: {}", static_cast<int>(dtype)));
}

std::string to_string(MaskKind mask) {
  switch (mask) {
    case MaskKind::padding:
      return "padding";
    case MaskKind::none:
      return "none";
    case MaskKind::holes:
      return "holes";
    case MaskKind::two_d:
      return "2d";
    case MaskKind::four_d:
      return "4d";
    case MaskKind::causal:
      return "causal";
  }
  throw CaseError(fmt::format("mask: no such enumerator: {}", static_cast<int>(mask)));
}

std::string to_string(StorageLayout layout) {
  switch (layout) {
    case StorageLayout::packed:
      return "packed";
    case StorageLayout::transposed:
      return "transposed";
    case StorageLayout::sliced:
      return "sliced";
    case StorageLayout::expanded:
      return "expanded";
  }
  throw CaseError(fmt::format("layout: no such enumerator: {}", static_cast<int>(layout)));
}

std::string to_string(NestedForm nested) {
  switch (nested) {
    case NestedForm::view:
      return "view";
    case NestedForm::gaps:
      return "gaps";
    case NestedForm::list:
      return "list";
    case NestedForm::mask:
      return "mask";
  }
  throw CaseError(fmt::format("nested: no such enumerator: {}", static_cast<int>(nested)));
}

std::string to_string(ValueProfile values) {
  switch (values) {
    case ValueProfile::normal:
      return "normal";
    case ValueProfile::tiny:
      return "tiny";
    case ValueProfile::large:
      return "large";
    case ValueProfile::outlier:
      return "outlier";
    case ValueProfile::negative_logits:
      return "negative_logits";
  }
  throw CaseError(fmt::format("values: no such enumerator: {}", static_cast<int>(values)));
}

DType parse_dtype(const std::string& name) { return parse_enumerator<DType>("dtype", name); }

}  // namespace attngate

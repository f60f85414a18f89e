#include "attngate/case/attention_case.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include <fmt/format.h>

#include "attngate/case/printable.h"

namespace attngate {
namespace {

void require_range(const char* key, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value < least || value > most) {
    throw CaseError(fmt::format("{}={}: must be {} to {}", key, value, least, most));
  }
}

void validate_lengths(const AttentionCase& attention_case) {
  if (attention_case.lengths.empty() || attention_case.batch_size() > CaseRange::max_batch_size) {
    throw CaseError(fmt::format("lengths: the number of sequences must be 1 to {}, got {}",
                                CaseRange::max_batch_size, attention_case.batch_size()));
  }
  for (std::size_t sequence = 0; sequence < attention_case.lengths.size(); ++sequence) {
    const std::int64_t length = attention_case.lengths[sequence];
    if (length < 1 || length > CaseRange::max_length) {
      throw CaseError(fmt::format("lengths: sequence {} has length {}: a length must be 1 to {}", sequence, length,
                                  CaseRange::max_length));
    }
  }
}

void validate_padding_content(std::int64_t content) {
  require_range("padding_content", content, 0, CaseRange::max_padding_content);
  // 8 significant bits is what bf16 has; fp16 and fp32 have more, so every dtype holds the value exactly.
  const auto bits = static_cast<std::uint64_t>(content);
  if (content > 0 && std::bit_width(bits) - std::countr_zero(bits) > 8) {
    throw CaseError(fmt::format("padding_content={}: must be exact in bf16 (8 significant bits), use a power of two",
                                content));
  }
}

void validate_mask(const AttentionCase& attention_case) {
  if (attention_case.mask == MaskKind::padding) {
    return;
  }
  const auto& lengths = attention_case.lengths;
  const bool equal = std::all_of(lengths.begin(), lengths.end(),
                                 [&](std::int64_t length) { return length == lengths.front(); });
  if (!equal) {
    throw CaseError("mask=none: needs all lengths equal, use mask=padding");
  }
  if (attention_case.extra_padding != 0) {
    throw CaseError(fmt::format("mask=none: needs extra_padding=0, got extra_padding={}", attention_case.extra_padding));
  }
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
}

std::string to_string(DType dtype) {
  switch (dtype) {
    case DType::fp16: return "fp16";
    case DType::bf16: return "bf16";
    case DType::fp32: return "fp32";
  }
  throw CaseError(fmt::format("dtype: no such enumerator: {}", static_cast<int>(dtype)));
}

std::string to_string(MaskKind mask) {
  switch (mask) {
    case MaskKind::padding: return "padding";
    case MaskKind::none: return "none";
  }
  throw CaseError(fmt::format("mask: no such enumerator: {}", static_cast<int>(mask)));
}

DType parse_dtype(const std::string& name) {
  for (const DType dtype : {DType::fp16, DType::bf16, DType::fp32}) {
    if (name == to_string(dtype)) {
      return dtype;
    }
  }
  throw CaseError(fmt::format("dtype={}: must be fp16, bf16 or fp32", printable(name)));
}

}  // namespace attngate

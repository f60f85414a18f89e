#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "attngate/case/dtype.h"

namespace attngate {

/// What dense (padded) paths are told about padding; nested paths know it from their lengths.
enum class MaskKind {
  padding,  ///< key padding mask [batch, padded_length], True where a key is padding
  none      ///< no mask at all; needs equal lengths and no extra padding
};

/// Thrown for a case that cannot exist; what() names the key and what is allowed.
class CaseError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// Everything that one self-attention test run needs: the same case gives the same bits on every machine.
struct AttentionCase {
  DType dtype = DType::fp32;
  std::int64_t num_heads = 1;
  std::int64_t head_dim = 8;
  /// Tokens of each sequence; the batch size is lengths.size().
  std::vector<std::int64_t> lengths;
  MaskKind mask = MaskKind::padding;
  /// Padded columns of the dense input beyond the longest sequence.
  std::int64_t extra_padding = 0;
  /// Magnitude of the finite values written to padded positions (their signs are random).
  std::int64_t padding_content = 0;
  /// Asks the paths for attention weights, averaged over the heads.
  bool need_weights = false;
  /// Keys every value of the inputs and parameters.
  std::uint64_t seed = 0;

  bool operator==(const AttentionCase&) const = default;

  std::int64_t batch_size() const { return static_cast<std::int64_t>(lengths.size()); }
  std::int64_t embed_dim() const { return num_heads * head_dim; }
  /// Sum of the lengths: the rows that are compared.
  std::int64_t total_tokens() const;
  /// The longest sequence.
  std::int64_t max_length() const;
  /// Columns of the dense input: max_length() + extra_padding.
  std::int64_t padded_length() const { return max_length() + extra_padding; }
};

/// Largest values that a case may have. Tokens times channels stay inside int64; what a case costs does not need to fit
/// any machine, see cost.h.
struct CaseRange {
  static constexpr std::int64_t max_num_heads = 1024;
  static constexpr std::int64_t max_head_dim = 1024;
  static constexpr std::int64_t max_length = 1 << 20;
  static constexpr std::int64_t max_batch_size = 1 << 20;
  static constexpr std::int64_t max_extra_padding = 1 << 16;
  /// 4096: projections of such padding stay finite in fp16 (largest number 65504); logits need 512, see docs/oracle.md.
  static constexpr std::int64_t max_padding_content = 4096;
};

/// Throws CaseError, naming the key and what is allowed, unless the case can be run.
void validate(const AttentionCase& attention_case);

/// "fp16", "bf16" or "fp32".
std::string to_string(DType dtype);
/// "padding" or "none".
std::string to_string(MaskKind mask);
/// The dtype of that name; throws CaseError listing the names that exist.
DType parse_dtype(const std::string& name);

}  // namespace attngate

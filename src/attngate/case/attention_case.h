#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "attngate/case/dtype.h"

namespace attngate {

/// Which keys a query may not see. Nested paths know padding from their lengths, and can express `padding`, `none` and
/// some `causal`.
enum class MaskKind {
  padding,  ///< key padding mask [batch, padded_length], True where a key is padding
  none,     ///< no mask at all; needs equal lengths and no extra padding
  holes,    ///< key padding mask that also hides about a quarter of the valid keys; each sequence keeps one or more
  two_d,    ///< one random mask [padded_length, padded_length] for all sequences; needs equal lengths
  four_d,   ///< a random mask [batch, num_heads, padded_length, padded_length], padding included
  causal    ///< a query sees its own key and those before it, padding excluded
};

/// How the padded input lies in memory; its values are the same whatever the layout.
enum class StorageLayout {
  packed,      ///< contiguous [batch, padded_length, embed_dim]
  transposed,  ///< stored [padded_length, batch, embed_dim], as batch_first=False leaves it
  sliced,      ///< cut out of a larger buffer: gaps between sequences and between rows
  expanded     ///< one sequence with stride 0 over the batch; needs equal lengths, and every sequence has its values
};

/// How the nested input is made; its values are the same whatever the form.
enum class NestedForm {
  view,  ///< a view of the packed token rows
  gaps,  ///< a view of a buffer with gaps between the sequences
  list,  ///< at::_nested_tensor_from_tensor_list over one tensor per sequence
  mask   ///< at::_nested_tensor_from_mask over the padded form; needs every length 1 or more
};

/// What the numbers are like.
enum class ValueProfile {
  normal,          ///< logits with a standard deviation of 1 to 4
  tiny,            ///< tokens a thousandth of the usual
  large,           ///< tokens eight times the usual: softmax picks few keys
  outlier,         ///< one channel of the tokens is 32 times the others
  negative_logits  ///< biases push every logit far below zero (log-sum-exp under -88)
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
  /// Tokens of each sequence, 0 or more; the batch size is lengths.size(), 0 or more.
  std::vector<std::int64_t> lengths;
  MaskKind mask = MaskKind::padding;
  /// Padded columns of the dense input beyond the longest sequence.
  std::int64_t extra_padding = 0;
  /// Magnitude of the finite values written to padded positions (their signs are random).
  std::int64_t padding_content = 0;
  /// Asks the paths for attention weights, averaged over the heads.
  bool need_weights = false;
  StorageLayout layout = StorageLayout::packed;
  NestedForm nested = NestedForm::view;
  ValueProfile values = ValueProfile::normal;
  /// Elements, 0 to 3, by which the inputs start behind an aligned address.
  std::int64_t storage_offset = 0;
  /// The same for every parameter.
  std::int64_t parameter_offset = 0;
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
  /// 3: the offsets that vector loads of 4 elements can stumble over.
  static constexpr std::int64_t max_storage_offset = 3;
};

/// Throws CaseError, naming the key and what is allowed, unless the case can be run.
void validate(const AttentionCase& attention_case);

/// "fp16", "bf16" or "fp32".
std::string to_string(DType dtype);
/// "padding", "none", "holes", "2d", "4d" or "causal".
std::string to_string(MaskKind mask);
/// "packed", "transposed", "sliced" or "expanded".
std::string to_string(StorageLayout layout);
/// "view", "gaps", "list" or "mask".
std::string to_string(NestedForm nested);
/// "normal", "tiny", "large", "outlier" or "negative_logits".
std::string to_string(ValueProfile values);
/// The dtype of that name; throws CaseError listing the names that exist.
DType parse_dtype(const std::string& name);

}  // namespace attngate

#pragma once

#include <ATen/core/Tensor.h>

#include "attngate/case/attention_case.h"
#include "attngate/values/arena.h"
#include "attngate/values/mha_parameters.h"

namespace attngate {

struct FillRequest;
struct RowKeys;

/// The ATen name of a case's dtype.
at::ScalarType scalar_type(DType dtype);

/// Which values the tokens of a case get, where a property wants others than the case's own: those of another sequence,
/// say, after a permutation. mask=holes and mask=4d follow the keys, mask=2d and causal go by positions.
struct ValueKeys {
  /// Key of each sequence, [batch]; empty for 0, 1, 2, ... (layout=expanded: for 0 throughout).
  std::vector<std::int32_t> sequence;
  /// Key of each token row, [total_tokens]; empty for its position in its sequence.
  std::vector<std::int32_t> token;
  /// Mixed into the seed of padded positions: another number gives other padding and the same tokens.
  std::uint64_t padding_seed = 0;
};

/// The tensors of one case on one device, in every form that a path may want.
///
/// Values depend on the case and the keys alone: the same line gives the same bytes on the CPU and on a GPU, whatever
/// the layout.
class CaseInputs {
 public:
  /// Makes and fills the tensors: one allocation, two fill launches and one copy to the device, whatever the case.
  ///
  /// Throws c10::OutOfMemoryError or CudaError; CaseError for a case that cannot exist, for keys that are not as many
  /// as sequences or tokens, and for keys that differ between the sequences of layout=expanded.
  CaseInputs(const AttentionCase& attention_case, at::Device device, const ValueKeys& keys = {});

  /// The same tokens and masks with other parameters, which lie outside the arena.
  CaseInputs with_parameters(MhaParameters parameters) const;

  const AttentionCase& attention_case() const { return attention_case_; }
  at::Device device() const { return device_; }
  const MhaParameters& parameters() const { return parameters_; }

  /// Valid rows of all sequences, one behind the other: [total_tokens, embed_dim]; layout=sliced leaves gaps between
  /// the rows.
  const at::Tensor& tokens() const { return tokens_; }
  /// Padded form: [batch, padded_length, embed_dim], strided as the case's layout says; padded positions hold
  /// +-padding_content.
  const at::Tensor& dense() const { return dense_; }
  /// Strided nested tensor [batch, (lengths), embed_dim], made as the case's nested form says. view and gaps lie over a
  /// packed buffer whatever the layout, whose storage begins storage_offset elements behind an aligned address.
  const at::Tensor& nested() const { return nested_; }
  /// True where a key is hidden: bool [batch, padded_length] for mask=padding and holes; undefined for the others.
  const at::Tensor& key_padding_mask() const { return key_padding_mask_; }
  /// True where a query must not see a key: bool [padded_length, padded_length] for mask=2d and causal,
  /// [batch, num_heads, padded_length, padded_length] for 4d; undefined for the others. Every query sees a key.
  const at::Tensor& attention_mask() const { return attention_mask_; }

  /// Where each token row lies in a padded output, seen as [batch * padded_length, embed_dim]: int64 [total_tokens].
  const at::Tensor& dense_row_of_token() const { return dense_row_of_token_; }
  /// The same for a dense form without extra padding, [batch * max_length].
  const at::Tensor& tight_row_of_token() const { return tight_row_of_token_; }
  /// First token row of each sequence and, last, the total: int64 [batch + 1].
  const at::Tensor& first_row_of_sequence() const { return first_row_of_sequence_; }
  /// Lengths: int64 [batch].
  const at::Tensor& lengths() const { return lengths_; }
  /// All sequences are equally long and nothing is padded beyond them.
  bool is_rectangular() const { return rectangular_; }

  /// Where tokens, dense form, parameters and masks lie, with guards between them.
  const GuardedArena& arena() const { return arena_; }

 private:
  bool shares_tokens() const;
  void fill_numbers(const FillRequest& token_values);
  void fill_mask(const RowKeys& row_keys);
  void view_tensors();
  void view_mask(const ArenaRegion& region);
  void make_nested();

  AttentionCase attention_case_;
  at::Device device_;
  bool rectangular_ = false;
  GuardedArena arena_;
  MhaParameters parameters_;
  at::Tensor tokens_, dense_, nested_, key_padding_mask_, attention_mask_;
  at::Tensor dense_row_of_token_, tight_row_of_token_, first_row_of_sequence_, lengths_;
};

/// 64-bit FNV-1a hash over the bytes of tokens, dense form, parameters and random masks, whatever device and layout.
std::uint64_t hash_of_inputs(const CaseInputs& inputs);

}  // namespace attngate

#pragma once

#include <functional>
#include <string>

#include "attngate/paths/attention_path.h"

namespace attngate::faults {

/// One attention on its way from input to output: what its stages have made so far, for a fault to edit.
///
/// B batch, H num_heads, T padded_length, D head_dim, E = H * D.
struct Attention {
  explicit Attention(const CaseInputs& case_inputs);

  const CaseInputs& inputs;
  MhaParameters parameters;
  at::Tensor input;              ///< [B, T, E]; nested for Base::native_nested
  at::Tensor key_padding;        ///< bool [B, T], true where a key is hidden; undefined where none is
  at::Tensor attention_mask;     ///< bool [T, T] or [B, H, T, T], true where a query must not see a key; or undefined
  double scale;                  ///< of the logits
  at::Tensor query, key, value;  ///< [B, H, T, D]
  at::Tensor logits;             ///< [B, H, T, T]
  at::Tensor probabilities;      ///< [B, H, T, T]
  at::Tensor heads;              ///< [B, H, T, D]: the values, weighed by the probabilities
  at::Tensor output;             ///< [B, T, E], or nested
  at::Tensor weights;            ///< [B, T, T]; undefined where the case asks for none

  const AttentionCase& attention_case() const { return inputs.attention_case(); }
  std::int64_t batch() const { return attention_case().batch_size(); }
  std::int64_t columns() const { return attention_case().padded_length(); }
  std::int64_t num_heads() const { return attention_case().num_heads; }
  std::int64_t head_dim() const { return attention_case().head_dim; }
  std::int64_t embed_dim() const { return attention_case().embed_dim(); }

  /// Both masks as one, broadcastable to [B, H, T, T]; undefined where nothing is hidden.
  at::Tensor hidden() const;
  /// The columns of the input, 0 to T - 1: int64 [T].
  at::Tensor column_numbers() const;
};

/// Changes one thing; what it does not touch stays right.
using Edit = std::function<void(Attention&)>;

/// Where a fault reaches into an attention. Each hook is called when its stage is done; an empty one changes nothing.
struct Hooks {
  Edit input = {};          ///< input, masks, parameters and scale, before anything runs
  Edit projected = {};      ///< query, key and value
  Edit logits = {};         ///< scaled logits, before keys are hidden; Base::unfused only
  Edit probabilities = {};  ///< probabilities, beside the logits with -inf where hidden; Base::unfused only
  Edit heads = {};          ///< what the heads return, before the out-projection
  Edit output = {};         ///< output and weights, as they are returned
};

/// What a fault is planted in.
enum class Base {
  unfused,        ///< linear, matrix product, softmax, matrix product, linear, on the padded form
  sdpa,           ///< linear, at::scaled_dot_product_attention, linear, on the padded form
  native_masked,  ///< at::_native_multi_head_attention on the padded form; hooks input and output only
  native_nested   ///< at::_native_multi_head_attention on the nested form; hooks input and output only
};

/// Every base.
inline constexpr Base all_bases[] = {Base::unfused, Base::sdpa, Base::native_masked, Base::native_nested};

/// "unfused", "sdpa", "native_masked" or "native_nested".
std::string to_string(Base base);

/// The base as a path under test, with the hooks in it; without hooks it is healthy.
///
/// Throws std::invalid_argument for a hook that the base never calls.
AttentionPath editable_path(const std::string& name, const std::string& summary, Base base, Hooks hooks);

}  // namespace attngate::faults

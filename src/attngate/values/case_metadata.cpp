#include "attngate/values/case_metadata.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>

#include "attngate/values/case_values.h"

namespace attngate {
namespace {

/// Past every length: the place of a random choice for a whole sequence among the choices for its tokens.
constexpr std::uint32_t no_token = 0xFFFFFFFFu;

void check_keys(const AttentionCase& attention_case, const ValueKeys& keys) {
  const auto sequences = static_cast<std::int64_t>(keys.sequence.size());
  if (sequences != 0 && sequences != attention_case.batch_size()) {
    throw CaseError(fmt::format("ValueKeys::sequence: must have one key for each of {} sequences, got {}",
                                attention_case.batch_size(), sequences));
  }
  const auto tokens = static_cast<std::int64_t>(keys.token.size());
  if (tokens != 0 && tokens != attention_case.total_tokens()) {
    throw CaseError(fmt::format("ValueKeys::token: must have one key for each of {} tokens, got {}",
                                attention_case.total_tokens(), tokens));
  }
  if (attention_case.layout != StorageLayout::expanded) return;
  const bool same_sequences =
      std::adjacent_find(keys.sequence.begin(), keys.sequence.end(), std::not_equal_to<>()) == keys.sequence.end();
  const std::int64_t length = attention_case.max_length();
  bool same_tokens = true;
  for (std::int64_t row = length; row < tokens; ++row) {
    same_tokens =
        same_tokens && keys.token[static_cast<std::size_t>(row)] == keys.token[static_cast<std::size_t>(row - length)];
  }
  if (!same_sequences || !same_tokens) {
    throw CaseError("layout=expanded: every sequence has the same values, so ValueKeys must be equal for all of them");
  }
}

/// Key of the token of a sequence that mask=holes leaves visible: random, so that key 0 is often hidden.
std::int32_t visible_key(const AttentionCase& attention_case, std::int32_t sequence_key, const std::int32_t* token_keys,
                         std::int64_t length) {
  if (attention_case.mask != MaskKind::holes || length == 0) return 0;
  const PhiloxBlock block =
      value_block(attention_case.seed, TensorKey::mask, static_cast<std::uint32_t>(sequence_key), no_token, 0);
  const std::int64_t position = static_cast<std::int64_t>(block.word[0]) % length;
  // Permuted tokens keep the visible one; keys that are no permutation of the positions still have one.
  const bool present =
      std::find(token_keys, token_keys + length, static_cast<std::int32_t>(position)) != token_keys + length;
  return present ? static_cast<std::int32_t>(position) : token_keys[position];
}

}  // namespace

CaseMetadata::CaseMetadata(const AttentionCase& attention_case, const ValueKeys& keys, at::Device device)
    : batch_(attention_case.batch_size()), tokens_(attention_case.total_tokens()) {
  check_keys(attention_case, keys);
  const std::int64_t slots = 2 * batch_ + 1 + 2 * tokens_, numbers = 2 * tokens_ + 2 * batch_;
  const at::Tensor host =
      at::empty({slots + (numbers + 1) / 2}, at::TensorOptions(at::kLong).pinned_memory(device.is_cuda()));
  auto* first_row = host.data_ptr<std::int64_t>();
  auto* lengths = first_row + batch_ + 1;
  auto* dense_row = lengths + batch_;
  auto* tight_row = dense_row + tokens_;
  auto* sequence_of_row = reinterpret_cast<std::int32_t*>(first_row + slots);
  auto* token_key = sequence_of_row + tokens_;
  auto* sequence_key = token_key + tokens_;
  auto* visible = sequence_key + batch_;
  const bool expanded = attention_case.layout == StorageLayout::expanded;
  // Each looks at every length: asked for once a token, inputs of 60,000 tokens of 256 sequences took 19 ms.
  const std::int64_t padded_length = attention_case.padded_length(), max_length = attention_case.max_length();
  std::int64_t row = 0;
  for (std::int64_t sequence = 0; sequence < batch_; ++sequence) {
    const auto index = static_cast<std::size_t>(sequence);
    const std::int64_t length = attention_case.lengths[index];
    first_row[sequence] = row;
    lengths[sequence] = length;
    sequence_key[sequence] = !keys.sequence.empty() ? keys.sequence[index]
                             : expanded             ? 0
                                                    : static_cast<std::int32_t>(sequence);
    for (std::int64_t token = 0; token < length; ++token, ++row) {
      dense_row[row] = sequence * padded_length + token;
      tight_row[row] = sequence * max_length + token;
      sequence_of_row[row] = static_cast<std::int32_t>(sequence);
      token_key[row] =
          keys.token.empty() ? static_cast<std::int32_t>(token) : keys.token[static_cast<std::size_t>(row)];
    }
    visible[sequence] = visible_key(attention_case, sequence_key[sequence], token_key + first_row[sequence], length);
  }
  first_row[batch_] = row;
  if (numbers % 2 != 0) visible[batch_] = 0;  // the second half of the last slot
  buffer_ = host.to(device, /*non_blocking=*/true);
}

RowKeys CaseMetadata::row_keys() const {
  RowKeys keys;
  keys.first_row = buffer_.const_data_ptr<std::int64_t>();
  keys.sequence_of_row = reinterpret_cast<const std::int32_t*>(keys.first_row + 2 * batch_ + 1 + 2 * tokens_);
  keys.token_key = keys.sequence_of_row + tokens_;
  keys.sequence_key = keys.token_key + tokens_;
  keys.visible_key = keys.sequence_key + batch_;
  return keys;
}

}  // namespace attngate

#pragma once

#include "attngate/values/fill.h"

namespace attngate {

/// One mask to fill: [sequences, num_heads, queries, padded_length] bytes, 1 where the key is hidden.
struct MaskRequest {
  std::uint8_t* data = nullptr;
  std::uint64_t seed = 0;
  std::int64_t sequences = 1;
  std::int64_t num_heads = 1;
  std::int64_t queries = 1;
  std::int64_t padded_length = 0;
  /// False: one mask serves all sequences. It goes by positions then, not by the keys of one of them.
  bool by_sequence = false;
  /// False: one mask serves all queries.
  bool by_query = false;
  /// Length of every sequence, where one mask serves them all.
  std::int64_t common_length = 0;
  /// Hides a quarter of the keys at random, beside padding.
  bool random = false;
  /// Hides the keys behind the query, and nothing else.
  bool causal = false;
  RowKeys keys;

  ATTNGATE_HOST_DEVICE std::int64_t rows() const { return sequences * num_heads * queries; }
  ATTNGATE_HOST_DEVICE std::int64_t blocks_per_row() const {
    return (padded_length + channels_per_block - 1) / channels_per_block;
  }
};

/// One row of a mask: whose it is, and the keys of the tokens that it may hide.
struct MaskRow {
  std::int64_t query = 0;
  std::int64_t length = 0;  ///< of the sequence
  std::uint32_t head = 0;
  std::uint32_t sequence_key = 0;
  std::uint32_t visible_key = 0;  ///< where one mask serves all queries
  /// Keys of the sequence's tokens; null for their positions.
  const std::int32_t* token_key = nullptr;

  ATTNGATE_HOST_DEVICE std::uint32_t key_of(std::int64_t token) const {
    return static_cast<std::uint32_t>(token_key == nullptr ? token : token_key[token]);
  }
};

ATTNGATE_HOST_DEVICE inline MaskRow mask_row(const MaskRequest& request, std::int64_t row) {
  MaskRow place;
  place.query = row % request.queries;
  place.head = static_cast<std::uint32_t>(row / request.queries % request.num_heads);
  place.length = request.common_length;
  if (!request.by_sequence) return place;
  const RowKeys& keys = request.keys;
  const std::int64_t sequence = row / request.queries / request.num_heads, first = keys.first_row[sequence];
  place.length = keys.first_row[sequence + 1] - first;
  place.sequence_key = static_cast<std::uint32_t>(keys.sequence_key[sequence]);
  place.visible_key = static_cast<std::uint32_t>(keys.visible_key[sequence]);
  place.token_key = keys.token_key + first;
  return place;
}

/// Random bits of 16 keys of a row, keyed by (seed, sequence, head, query, key): padding more changes none of them.
ATTNGATE_HOST_DEVICE inline PhiloxBlock mask_block(std::uint64_t seed, const MaskRow& row, std::uint32_t query_key,
                                                   std::uint32_t key_block) {
  // num_heads is at most 1024: the tensor's own key stays apart in the lowest byte.
  const std::uint32_t tensor = static_cast<std::uint32_t>(TensorKey::mask) | (row.head << 8);
  return philox4x32_10(PhiloxBlock{{key_block, query_key, row.sequence_key, tensor}}, seed);
}

/// True for a quarter of the keys: 64 of the 256 values of a byte.
ATTNGATE_HOST_DEVICE inline bool hides(const PhiloxBlock& block, std::uint32_t key) {
  const std::uint32_t lane = key % channels_per_block;
  return ((block.word[lane / 4] >> (8 * (lane % 4))) & 0xFFu) < 64;
}

/// Writes up to 16 keys of one row of a mask; the same code on host and device.
ATTNGATE_HOST_DEVICE inline void fill_mask_block(const MaskRequest& request, std::int64_t row, std::int64_t key_block) {
  const MaskRow place = mask_row(request, row);
  const bool padded_query = request.by_query && place.query >= place.length;
  const std::uint32_t query_key = request.by_query && !padded_query ? place.key_of(place.query) : 0;
  PhiloxBlock bits{};
  std::uint32_t bits_block = 0xFFFFFFFFu;  // no key is in that one

  const std::int64_t begin = key_block * channels_per_block;
  const std::int64_t left = request.padded_length - begin;
  const std::int64_t end = begin + (left < channels_per_block ? left : channels_per_block);
  for (std::int64_t key = begin; key < end; ++key) {
    bool hidden = key >= place.length;
    if (request.causal) {
      hidden = key > place.query;
    } else if (padded_query) {
      hidden = key != 0;  // no query may be left without a key: its row would be NaN
    } else if (request.random && !hidden) {
      const std::uint32_t token = place.key_of(key);
      if (token / channels_per_block != bits_block) {
        bits_block = token / channels_per_block;
        bits = mask_block(request.seed, place, query_key, bits_block);
      }
      hidden = hides(bits, token) && !(request.by_query ? key == place.query : token == place.visible_key);
    }
    request.data[row * request.padded_length + key] = hidden ? 1 : 0;
  }
}

/// Fills host memory with a mask.
void mask_on_host(const MaskRequest& request);

/// Fills device memory with a mask, one kernel launch on `stream` (a cudaStream_t); throws CudaError when it fails.
void mask_on_device(const MaskRequest& request, void* stream);

}  // namespace attngate

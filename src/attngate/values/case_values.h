#pragma once

#include <cstdint>

#include "attngate/values/philox.h"

namespace attngate {

/// The tensors whose values a case defines; the numbers are part of every repro line's meaning.
enum class TensorKey : std::uint32_t {
  tokens = 1,
  padding = 2,
  in_proj_weight = 3,
  in_proj_bias = 4,
  out_proj_weight = 5,
  out_proj_bias = 6,
  mask = 7,
  outlier_channel = 8
};

/// Channels that share one Philox block: 16 bytes of output, one byte a channel.
inline constexpr int channels_per_block = 16;

/// The random block of channels [16*channel_block, 16*channel_block + 16) of one token.
///
/// Keyed by (seed, tensor, sequence, token, channel): shortening a sequence or dropping the last one leaves every
/// other value as it was.
ATTNGATE_HOST_DEVICE inline PhiloxBlock value_block(std::uint64_t seed, TensorKey tensor, std::uint32_t sequence,
                                                    std::uint32_t token, std::uint32_t channel_block) {
  return philox4x32_10(PhiloxBlock{{channel_block, token, sequence, static_cast<std::uint32_t>(tensor)}}, seed);
}

/// Byte `lane` (0..15) of a block as an odd integer in [-255, 255].
///
/// Eight significant bits are exact in bf16, fp16 and fp32 alike; an odd integer is never zero,
/// so that a dropped element always shows.
ATTNGATE_HOST_DEVICE inline int odd_integer(const PhiloxBlock& block, int lane) {
  const std::uint32_t byte = (block.word[lane / 4] >> (8 * (lane % 4))) & 0xFFu;
  return 2 * static_cast<int>(byte) - 255;
}

/// +1 or -1 for byte `lane` of a block: the sign of a padded position.
ATTNGATE_HOST_DEVICE inline int random_sign(const PhiloxBlock& block, int lane) {
  return odd_integer(block, lane) > 0 ? 1 : -1;
}

/// Scale of tokens: odd integers in [-255, 255] / 128, standard deviation 1.155.
inline constexpr float token_scale = 1.0f / 128;

/// Scale of biases: half of a token's, standard deviation 0.58, so that a lost bias shows.
inline constexpr float bias_scale = 1.0f / 256;

/// Scale of projection weights: a power of two near 1 / (128 * sqrt(embed_dim)).
///
/// Projections then have a standard deviation of 0.94 to 2 and logits one of 0.9 to 4: softmax has something to
/// decide, and logits stay far from fp16's 65504 (the largest seen is 46, at head_dim 1).
inline float weight_scale(std::int64_t embed_dim) {
  int log2_embed_dim = 0;
  while ((embed_dim >> (log2_embed_dim + 1)) != 0) ++log2_embed_dim;
  float scale = token_scale;
  for (int halving = 0; halving < (log2_embed_dim + 1) / 2; ++halving) scale *= 0.5f;
  return scale;
}

}  // namespace attngate

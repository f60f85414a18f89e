#pragma once

#include <cstdint>
#include <vector>

#include "attngate/case/dtype.h"
#include "attngate/values/case_values.h"

namespace attngate {

/// Which sequence and token each row of a case is, and by which keys it gets its values; on the device that fills.
struct RowKeys {
  /// First token row of each sequence and, last, the total: [batch + 1].
  const std::int64_t* first_row = nullptr;
  /// Sequence of each token row: [total_tokens].
  const std::int32_t* sequence_of_row = nullptr;
  /// Key of each token row: [total_tokens].
  const std::int32_t* token_key = nullptr;
  /// Key of each sequence: [batch].
  const std::int32_t* sequence_key = nullptr;
  /// Key of the token that mask=holes leaves visible in each sequence: [batch].
  const std::int32_t* visible_key = nullptr;
};

/// One tensor to fill with numbers, row by row.
///
/// Row r is token r % rows_per_sequence of sequence r / rows_per_sequence; with rows_per_sequence 0 it is token row r
/// of the case. A row's numbers begin `sequence * sequence_stride + row * row_stride` elements behind data, where row
/// is the token or, for token rows, r.
struct FillRequest {
  void* data = nullptr;
  TensorKey tensor = TensorKey::tokens;
  std::uint64_t seed = 0;
  /// Seed of padded positions.
  std::uint64_t padding_seed = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t rows_per_sequence = 0;
  std::int64_t sequence_stride = 0;
  std::int64_t row_stride = 0;
  /// Numbers are odd_integer() * scale.
  float scale = 1;
  /// Tokens past the end of their sequence are +-padding_content.
  float padding_content = 0;
  /// Numbers of this channel are multiplied by outlier_factor; -1 for none.
  std::int64_t outlier_channel = -1;
  float outlier_factor = 1;
  /// Channels [0, n) are +opposed_value and [n, 2n) are -opposed_value instead, n = opposed_channels.
  std::int64_t opposed_channels = 0;
  float opposed_value = 0;
  /// Without first_row there is one sequence, nothing is padded, and every key is a position: parameters.
  RowKeys keys;
};

/// Where a row lies and what it is.
struct FillRow {
  std::int64_t offset;  ///< elements behind the request's data
  std::uint32_t sequence_key;
  std::uint32_t token_key;  ///< of a padded row, its position
  bool padded;
};

ATTNGATE_HOST_DEVICE inline FillRow fill_row(const FillRequest& request, std::int64_t row) {
  const RowKeys& keys = request.keys;
  const bool token_row = request.rows_per_sequence == 0;
  const std::int64_t sequence = token_row ? keys.sequence_of_row[row] : row / request.rows_per_sequence;
  const std::int64_t token = token_row ? row : row % request.rows_per_sequence;
  const std::int64_t offset = sequence * request.sequence_stride + token * request.row_stride;
  if (keys.first_row == nullptr) {
    return {offset, static_cast<std::uint32_t>(sequence), static_cast<std::uint32_t>(token), false};
  }
  const auto sequence_key = static_cast<std::uint32_t>(keys.sequence_key[sequence]);
  if (token_row) return {offset, sequence_key, static_cast<std::uint32_t>(keys.token_key[row]), false};
  const std::int64_t first = keys.first_row[sequence];
  const bool padded = token >= keys.first_row[sequence + 1] - first;
  return {offset, sequence_key, static_cast<std::uint32_t>(padded ? token : keys.token_key[first + token]), padded};
}

/// The number of an unpadded channel, from its place in a random block.
ATTNGATE_HOST_DEVICE inline float channel_value(const FillRequest& request, const PhiloxBlock& block, int lane,
                                                std::int64_t channel) {
  if (channel < request.opposed_channels) return request.opposed_value;
  if (channel < 2 * request.opposed_channels) return -request.opposed_value;
  const float value = static_cast<float>(odd_integer(block, lane)) * request.scale;
  return channel == request.outlier_channel ? value * request.outlier_factor : value;
}

/// Writes one block of up to 16 channels of one row; the same code on host and device.
template <typename Number>
ATTNGATE_HOST_DEVICE inline void fill_block(const FillRequest& request, std::int64_t row, std::int64_t channel_block) {
  const FillRow place = fill_row(request, row);
  const PhiloxBlock block = value_block(place.padded ? request.padding_seed : request.seed,
                                        place.padded ? TensorKey::padding : request.tensor, place.sequence_key,
                                        place.token_key, static_cast<std::uint32_t>(channel_block));
  const std::int64_t first = channel_block * channels_per_block;
  const std::int64_t left = request.columns - first;
  const int count = left < channels_per_block ? static_cast<int>(left) : channels_per_block;
  Number* out = static_cast<Number*>(request.data) + place.offset + first;
  for (int lane = 0; lane < count; ++lane) {
    const float value = place.padded ? static_cast<float>(random_sign(block, lane)) * request.padding_content
                                     : channel_value(request, block, lane, first + lane);
    out[lane] = static_cast<Number>(value);
  }
}

/// At most so many requests go to one launch: tokens, their nested form, the dense form and four parameters.
inline constexpr std::size_t max_fill_requests = 7;

/// Fills host memory with numbers of one dtype.
void fill_on_host(const std::vector<FillRequest>& requests, DType dtype);

/// Fills device memory with one kernel launch on `stream` (a cudaStream_t).
///
/// Throws CudaError when the launch fails, std::length_error for more than max_fill_requests.
void fill_on_device(const std::vector<FillRequest>& requests, DType dtype, void* stream);

/// Sets every byte to 0xFF, which is NaN in fp16, bf16 and fp32; throws CudaError.
void poison_on_device(void* data, std::size_t bytes, void* stream);

}  // namespace attngate

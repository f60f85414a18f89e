#pragma once

#include <cstdint>

#include "attngate/case/dtype.h"
#include "attngate/values/case_values.h"

namespace attngate {

/// One tensor to fill: `rows` rows of `columns` numbers of one dtype, densely packed.
///
/// Row r is token `token_of_row[r]` of sequence `sequence_of_row[r]`; without these arrays it is
/// token r % rows_per_sequence of sequence r / rows_per_sequence.
struct FillRequest {
  void* data = nullptr;
  DType dtype = DType::fp32;
  std::uint64_t seed = 0;
  TensorKey tensor = TensorKey::tokens;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  /// Numbers are odd_integer() * scale.
  float scale = 1;
  std::int64_t rows_per_sequence = 1;
  const std::int32_t* sequence_of_row = nullptr;
  const std::int32_t* token_of_row = nullptr;
  /// With lengths given, tokens at or past their sequence's length are +-padding_content instead.
  const std::int32_t* lengths = nullptr;
  float padding_content = 0;
};

/// Sequence and token of one row of a request.
struct RowPosition {
  std::uint32_t sequence;
  std::uint32_t token;
};

ATTNGATE_HOST_DEVICE inline RowPosition row_position(const FillRequest& request, std::int64_t row) {
  if (request.sequence_of_row != nullptr) {
    return {static_cast<std::uint32_t>(request.sequence_of_row[row]),
            static_cast<std::uint32_t>(request.token_of_row[row])};
  }
  return {static_cast<std::uint32_t>(row / request.rows_per_sequence),
          static_cast<std::uint32_t>(row % request.rows_per_sequence)};
}

/// Writes one block of up to 16 channels of one row; the same code on host and device.
template <typename Number>
ATTNGATE_HOST_DEVICE inline void fill_block(const FillRequest& request, std::int64_t row,
                                            std::int64_t channel_block) {
  const RowPosition position = row_position(request, row);
  const bool padded = request.lengths != nullptr &&
                      position.token >= static_cast<std::uint32_t>(request.lengths[position.sequence]);
  const PhiloxBlock block = value_block(request.seed, padded ? TensorKey::padding : request.tensor,
                                        position.sequence, position.token,
                                        static_cast<std::uint32_t>(channel_block));
  const std::int64_t first = channel_block * channels_per_block;
  const std::int64_t left = request.columns - first;
  const int count = left < channels_per_block ? static_cast<int>(left) : channels_per_block;
  Number* out = static_cast<Number*>(request.data) + row * request.columns + first;
  for (int lane = 0; lane < count; ++lane) {
    const float value = padded ? static_cast<float>(random_sign(block, lane)) * request.padding_content
                               : static_cast<float>(odd_integer(block, lane)) * request.scale;
    out[lane] = static_cast<Number>(value);
  }
}

/// Fills host memory.
void fill_on_host(const FillRequest& request);

/// Fills device memory with one kernel launch on `stream` (a cudaStream_t); throws CudaError when it fails.
void fill_on_device(const FillRequest& request, void* stream);

}  // namespace attngate

#pragma once

#include <cstdint>
#include <span>

namespace attngate {

/// Lengths at which kernels change their path: 1, 2, 3; one around powers of two; one past a tile of 32 (mod 32 == 1);
/// half a tile of 128 (mod 128 == 64). Ascending.
std::span<const std::int64_t> boundary_lengths();

/// Numbers of heads that are mostly drawn, odd ones among them. Ascending.
std::span<const std::int64_t> boundary_num_heads();

/// Head dimensions that are mostly drawn: on and off multiples of 4 and 8, and the limits of flash kernels. Ascending.
std::span<const std::int64_t> boundary_head_dims();

/// Batch sizes that are drawn more often than their neighbours. Ascending.
std::span<const std::int64_t> boundary_batch_sizes();

/// Batch sizes for tiny sequences: 4096 up to beyond 65535, the most blocks that a CUDA grid has in y and z. Ascending.
std::span<const std::int64_t> huge_batch_sizes();

/// The part of an ascending list from least to most.
std::span<const std::int64_t> part(std::span<const std::int64_t> values, std::int64_t least, std::int64_t most);

}  // namespace attngate

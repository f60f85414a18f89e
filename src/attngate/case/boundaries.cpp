#include "attngate/case/boundaries.h"

#include <algorithm>
#include <array>

namespace attngate {
namespace {

// From PyTorch's issues and the tile sizes of its kernels (docs/paths.md).
constexpr std::array<std::int64_t, 30> lengths{1,   2,   3,   7,   8,   9,   15,  16,   17,   31,
                                               32,  33,  63,  64,  65,  97,  127, 128,  129,  161,
                                               192, 193, 225, 255, 256, 257, 320, 1023, 1024, 1025};
constexpr std::array<std::int64_t, 7> num_heads{1, 2, 3, 4, 8, 16, 32};
constexpr std::array<std::int64_t, 21> head_dims{1,  2,  4,  6,  8,  12,  16,  20,  24,  32, 40,
                                                 48, 64, 72, 80, 96, 100, 104, 128, 192, 256};
constexpr std::array<std::int64_t, 10> batch_sizes{1, 2, 3, 7, 8, 16, 32, 64, 128, 256};
// PyTorch issue 142228. With 16 heads, 4096 sequences bring batch * heads to 65536 as well.
constexpr std::array<std::int64_t, 6> huge_batches{4096, 16384, 32768, 65535, 65536, 65537};

}  // namespace

std::span<const std::int64_t> boundary_lengths() { return lengths; }
std::span<const std::int64_t> boundary_num_heads() { return num_heads; }
std::span<const std::int64_t> boundary_head_dims() { return head_dims; }
std::span<const std::int64_t> boundary_batch_sizes() { return batch_sizes; }
std::span<const std::int64_t> huge_batch_sizes() { return huge_batches; }

std::span<const std::int64_t> part(std::span<const std::int64_t> values, std::int64_t least, std::int64_t most) {
  const auto first = std::lower_bound(values.begin(), values.end(), least);
  const auto last = std::upper_bound(first, values.end(), most);
  return {first, last};
}

}  // namespace attngate

#pragma once

#include <cstdint>

namespace attngate {

/// What device code found in guard bands; lives in memory that host and device both see.
struct BandDamage {
  std::uint64_t blocks;
  std::uint64_t bytes_of_one;
};

/// Looks, on the stream (a cudaStream_t), whether the bands before and behind a tensor are still 0xFF, and counts the
/// block in `damage` unless they are. Returns CUDA's error code, 0 when launched.
int inspect_bands(const std::uint8_t* whole, std::uint64_t tensor_bytes, std::uint64_t band_bytes, BandDamage* damage,
                  void* stream) noexcept;

}  // namespace attngate

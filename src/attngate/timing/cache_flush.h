#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace attngate {

/// Bytes of a device's last cache: a GPU's L2; on the CPU the L3 that one core reaches, 32 MiB where nothing says so.
std::uint64_t last_cache_bytes(c10::Device device);

/// Empties a device's cache of what ran before, by writing a buffer of twice its size: what is written takes the place
/// of everything else, whatever the cache's rule of replacement keeps of the first half.
class CacheFlush {
 public:
  /// Allocates the buffer through LibTorch; throws c10::OutOfMemoryError.
  explicit CacheFlush(c10::Device device);

  /// Queues the write on the current stream; on the CPU it writes.
  void flush();

  std::uint64_t bytes() const { return buffer_.nbytes(); }

 private:
  at::Tensor buffer_;
};

}  // namespace attngate

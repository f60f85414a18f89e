#include "attngate/timing/cache_flush.h"

#include <ATen/ops/empty.h>
#include <unistd.h>

#include <algorithm>

#include "attngate/timing/cuda_parts.h"

namespace attngate {
namespace {

// Where the system says nothing (virtual machines, other processors): the L3 of common servers.
constexpr std::uint64_t usual_host_cache_bytes = std::uint64_t{32} << 20;

std::uint64_t host_cache_bytes() {
  const long reported = std::max(sysconf(_SC_LEVEL3_CACHE_SIZE), sysconf(_SC_LEVEL4_CACHE_SIZE));
  return reported > 0 ? static_cast<std::uint64_t>(reported) : usual_host_cache_bytes;
}

}  // namespace

std::uint64_t last_cache_bytes(c10::Device device) {
  return device.is_cuda() ? cuda_cache_bytes(device) : host_cache_bytes();
}

CacheFlush::CacheFlush(c10::Device device)
    : buffer_(at::empty({static_cast<std::int64_t>(2 * last_cache_bytes(device))}, at::TensorOptions(device).dtype(at::kByte))) {}

void CacheFlush::flush() { buffer_.zero_(); }

}  // namespace attngate

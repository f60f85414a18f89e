#include "attngate/timing/cache_flush.h"

#include <ATen/ops/empty.h>
#include <fstream>

#include "attngate/timing/cuda_parts.h"

namespace attngate {
namespace {

// Where the system says nothing (virtual machines, other processors): the L3 of common servers.
constexpr std::uint64_t usual_host_cache_bytes = std::uint64_t{32} << 20;

/// sysconf() gives the L3 of the whole socket, of which a core of many processors reaches a tenth.
std::uint64_t host_cache_bytes() {
  std::ifstream size("/sys/devices/system/cpu/cpu0/cache/index3/size");
  std::uint64_t kibibytes = 0;
  return size >> kibibytes && size.get() == 'K' ? kibibytes << 10 : usual_host_cache_bytes;
}

}  // namespace

std::uint64_t last_cache_bytes(c10::Device device) {
  return device.is_cuda() ? cuda_cache_bytes(device) : host_cache_bytes();
}

CacheFlush::CacheFlush(c10::Device device)
    : buffer_(at::empty({static_cast<std::int64_t>(2 * last_cache_bytes(device))},
                        at::TensorOptions(device).dtype(at::kByte))) {}

void CacheFlush::flush() { buffer_.zero_(); }

}  // namespace attngate

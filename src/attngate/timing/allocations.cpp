#include "attngate/timing/allocations.h"

#include "attngate/timing/cuda_parts.h"
#include "attngate/values/device_stream.h"

namespace attngate {

AllocationCounts allocation_counts(c10::Device device) {
  return device.is_cuda() ? cuda_allocation_counts(device) : AllocationCounts{};
}

void release_cached_memory(c10::Device device) {
  if (device.is_cuda()) empty_cuda_cache();
}

std::optional<std::uint64_t> peak_bytes_of(const std::function<void()>& call, c10::Device device) {
  if (!device.is_cuda()) {
    call();
    return std::nullopt;
  }
  synchronize(device);
  reset_cuda_peak(device);
  const std::int64_t before = cuda_allocated_bytes(device).current;
  call();
  synchronize(device);
  return static_cast<std::uint64_t>(cuda_allocated_bytes(device).peak - before);
}

}  // namespace attngate

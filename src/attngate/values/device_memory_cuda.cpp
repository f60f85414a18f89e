#include "attngate/values/device_memory.h"

#include <c10/cuda/CUDACachingAllocator.h>

#include "attngate/values/cuda_check.cuh"

namespace attngate {

std::int64_t free_device_memory(c10::Device device) {
  c10::cuda::CUDACachingAllocator::emptyCache();
  std::size_t free_bytes = 0, total_bytes = 0;
  check_cuda(cudaSetDevice(device.index()), "choosing the device");
  check_cuda(cudaMemGetInfo(&free_bytes, &total_bytes), "asking for free device memory");
  return static_cast<std::int64_t>(free_bytes);
}

}  // namespace attngate

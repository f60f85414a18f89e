#pragma once

#include <c10/core/Device.h>

#include <cstdint>

namespace attngate {

/// Bytes that LibTorch could still get on a CUDA device, what it caches itself included. Throws CudaError.
std::int64_t free_device_memory(c10::Device device);

}  // namespace attngate

#pragma once

#include <c10/core/Device.h>

namespace attngate {

/// LibTorch's current stream on a CUDA device, as a cudaStream_t.
void* current_stream(c10::Device device);

/// Waits until the device has finished; does nothing on the CPU. Throws CudaError.
void synchronize(c10::Device device);

}  // namespace attngate

#pragma once

#include <c10/core/Device.h>

namespace attngate {

/// LibTorch's current stream on a CUDA device, as a cudaStream_t.
void* current_stream(c10::Device device);

/// Waits until the device has finished what is queued on the current stream; does nothing on the CPU. Throws CudaError.
void synchronize(c10::Device device);

/// The same for a stream, as current_stream() gives it, whichever is current now. Throws CudaError.
void synchronize_stream(void* stream);

/// Whether the device still answers. A launch that CUDA refused leaves it as it was; behind an illegal access every
/// call fails.
bool device_works(c10::Device device);

}  // namespace attngate

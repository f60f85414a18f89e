#pragma once

namespace attngate::planted {

/// Each launches, on a CUDA stream (a cudaStream_t), a kernel that ends badly; the launch itself succeeds, and the
/// error is met by whoever looks next. Throw CudaError when the error shows at once (CUDA_LAUNCH_BLOCKING=1).
void write_to_bad_address(void* stream);
void fail_device_assertion(void* stream);
void run_endless_kernel(void* stream);

/// Asks for more threads a block than any device has; CUDA refuses, and cudaGetLastError() says so.
void launch_too_many_threads(void* stream);

}  // namespace attngate::planted

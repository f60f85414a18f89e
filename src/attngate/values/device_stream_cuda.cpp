#include <c10/cuda/CUDAStream.h>

#include "attngate/values/cuda_check.cuh"
#include "attngate/values/device_stream.h"

namespace attngate {

void* current_stream(c10::Device device) { return c10::cuda::getCurrentCUDAStream(device.index()).stream(); }

void synchronize(c10::Device device) {
  if (device.is_cuda()) synchronize_stream(current_stream(device));
}

void synchronize_stream(void* stream) {
  check_cuda(cudaStreamSynchronize(static_cast<cudaStream_t>(stream)), "waiting for the device");
}

bool device_works(c10::Device device) {
  try {
    synchronize(device);
    return true;
  } catch (const CudaError&) {
    return false;
  }
}

}  // namespace attngate

#pragma once

#include <cuda_runtime_api.h>

#include "attngate/values/cuda_error.h"

namespace attngate {

/// Throws CudaError unless the call or kernel launch named `what` succeeded.
inline void check_cuda(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  throw CudaError(std::string(what) + ": " + cudaGetErrorName(status) + " (" + cudaGetErrorString(status) + ")");
}

}  // namespace attngate

// Stands in for the CUDA unit where LibTorch has no CUDA.
#include "attngate/oracle/error_chunk.h"
#include "attngate/values/cuda_error.h"

namespace attngate {

void launch_error_stats(const DeviceComparison*, int, const RowChunk*, int, std::int64_t, double*, void*) {
  throw CudaError("comparing outputs on a GPU: this attngate was built with a CPU-only LibTorch");
}

}  // namespace attngate

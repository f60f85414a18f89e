// Stands in for the CUDA unit where LibTorch has no CUDA.
#include "attngate/timing/stopwatch_marks.h"
#include "attngate/values/cuda_error.h"

namespace attngate {

std::unique_ptr<Stopwatch::Marks> Stopwatch::make_cuda_marks(c10::Device) {
  throw CudaError("timing on a GPU: this attngate was built with a CPU-only LibTorch");
}

}  // namespace attngate

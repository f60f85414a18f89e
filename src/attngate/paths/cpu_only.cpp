// Stands in for the CUDA unit where LibTorch has no CUDA; nothing reaches it: no CUDA device can be chosen there.
#include "attngate/paths/graph_capture.h"
#include "attngate/values/cuda_error.h"

namespace attngate {

std::function<void()> capture_on_cuda(const std::string& name, const std::function<void()>&, c10::Device) {
  throw CudaError("capturing " + name + " as a CUDA graph: this attngate was built with a CPU-only LibTorch");
}

}  // namespace attngate

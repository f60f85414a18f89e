// Stands in for the CUDA units where LibTorch has no CUDA; nothing reaches it, since no CUDA device can be chosen there.
#include "attngate/values/cuda_error.h"
#include "attngate/values/device_stream.h"
#include "attngate/values/fill.h"

namespace attngate {

void* current_stream(c10::Device) { return nullptr; }

void synchronize(c10::Device) {}

void fill_on_device(const FillRequest&, void*) {
  throw CudaError("filling a tensor on a GPU: this attngate was built with a CPU-only LibTorch");
}

}  // namespace attngate

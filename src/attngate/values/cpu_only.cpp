// Stands in for the CUDA units where LibTorch has no CUDA; nothing reaches it, since no CUDA device can be chosen there.
#include "attngate/values/cuda_error.h"
#include "attngate/values/device_stream.h"
#include "attngate/values/fill.h"
#include "attngate/values/mask.h"

namespace attngate {

void* current_stream(c10::Device) { return nullptr; }

void synchronize(c10::Device) {}

namespace {

[[noreturn]] void no_gpu() {
  throw CudaError("filling a tensor on a GPU: this attngate was built with a CPU-only LibTorch");
}

}  // namespace

void fill_on_device(const std::vector<FillRequest>&, DType, void*) { no_gpu(); }

void mask_on_device(const MaskRequest&, void*) { no_gpu(); }

void poison_on_device(void*, std::size_t, void*) { no_gpu(); }

}  // namespace attngate

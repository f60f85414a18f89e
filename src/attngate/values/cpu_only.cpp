// Stands in for the CUDA units where LibTorch has no CUDA; nothing reaches it, since no CUDA device can be chosen
// there.
#include "attngate/values/cuda_error.h"
#include "attngate/values/device_memory.h"
#include "attngate/values/device_stream.h"
#include "attngate/values/fill.h"
#include "attngate/values/guarded_allocator.h"
#include "attngate/values/mask.h"
#include "attngate/values/side_stream.h"

namespace attngate {

void* current_stream(c10::Device) { return nullptr; }

void synchronize(c10::Device) {}

void synchronize_stream(void*) {}

bool device_works(c10::Device) { return true; }

namespace {

[[noreturn]] void no_gpu(const char* what) {
  throw CudaError(std::string(what) + " on a GPU: this attngate was built with a CPU-only LibTorch");
}

}  // namespace

std::int64_t free_device_memory(c10::Device) { no_gpu("asking for free memory"); }

void fill_on_device(const std::vector<FillRequest>&, DType, void*) { no_gpu("filling a tensor"); }

void mask_on_device(const MaskRequest&, void*) { no_gpu("filling a mask"); }

void poison_on_device(void*, std::size_t, void*) { no_gpu("filling a tensor"); }

std::shared_ptr<GuardedMemory::Allocator> make_guarded_cuda_allocator() { no_gpu("guarding memory"); }

struct SideStream::Streams {};

SideStream::SideStream(c10::Device) {}
SideStream::~SideStream() = default;
void SideStream::wait_for_current() {}
void SideStream::run(const std::function<void()>& work) { work(); }
void SideStream::join_current() {}

}  // namespace attngate

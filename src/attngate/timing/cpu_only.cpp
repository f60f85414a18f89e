// Stands in for the CUDA units where LibTorch has no CUDA; nothing reaches it: no CUDA device can be chosen there.
#include "attngate/timing/cuda_parts.h"
#include "attngate/timing/stopwatch_marks.h"
#include "attngate/values/cuda_error.h"

namespace attngate {
namespace {

[[noreturn]] void no_gpu() { throw CudaError("timing on a GPU: this attngate was built with a CPU-only LibTorch"); }

}  // namespace

std::unique_ptr<Stopwatch::Marks> Stopwatch::make_cuda_marks(c10::Device) { no_gpu(); }
void launch_spin(std::uint64_t, SpinReading*, void*) { no_gpu(); }
void launch_held_spin(const HeldSpin&, SpinReading*, void*) { no_gpu(); }
std::shared_ptr<SpinReading> make_pinned_reading() { no_gpu(); }
std::shared_ptr<std::uint64_t> make_pinned_word() { no_gpu(); }
std::uint64_t cuda_cache_bytes(c10::Device) { no_gpu(); }
DeviceKey cuda_device_key(c10::Device) { no_gpu(); }
std::string cuda_uuid(c10::Device) { no_gpu(); }
std::string cuda_pci_address(c10::Device) { no_gpu(); }
AllocationCounts cuda_allocation_counts(c10::Device) { no_gpu(); }
AllocatedBytes cuda_allocated_bytes(c10::Device) { no_gpu(); }
void reset_cuda_peak(c10::Device) { no_gpu(); }
void empty_cuda_cache() { no_gpu(); }

}  // namespace attngate

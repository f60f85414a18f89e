#include "attngate/timing/spin_kernel.h"
#include "attngate/values/cuda_check.cuh"

namespace attngate {
namespace {

__device__ std::uint64_t global_timer() {
  std::uint64_t nanoseconds;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(nanoseconds));
  return nanoseconds;
}

__global__ void spin_kernel(std::uint64_t length, SpinReading* reading) {
  const std::uint64_t begin = global_timer();
  const long long first_cycle = clock64();
  std::uint64_t now = begin, step = ~std::uint64_t{0};
  while (now - begin < length) {
    const std::uint64_t next = global_timer();
    if (next > now && next - now < step) step = next - now;
    now = next;
  }
  if (reading == nullptr) return;
  const auto cycles = static_cast<std::uint64_t>(clock64() - first_cycle);
  *reading = SpinReading{now - begin, cycles, step};
}

}  // namespace

void launch_spin(std::uint64_t nanoseconds, SpinReading* reading, void* stream) {
  spin_kernel<<<1, 1, 0, static_cast<cudaStream_t>(stream)>>>(nanoseconds, reading);
  check_cuda(cudaGetLastError(), "launching a spin");
}

}  // namespace attngate

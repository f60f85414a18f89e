#include "attngate/timing/spin_kernel.h"
#include "attngate/values/cuda_check.cuh"

namespace attngate {
namespace {

__device__ std::uint64_t global_timer() {
  std::uint64_t nanoseconds;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(nanoseconds));
  return nanoseconds;
}

/// Reads what the host writes, past every cache.
__device__ std::uint64_t host_word(const std::uint64_t* word) {
  std::uint64_t value;
  asm volatile("ld.acquire.sys.global.u64 %0, [%1];" : "=l"(value) : "l"(word) : "memory");
  return value;
}

/// Both clocks of a spin.
class SpinClocks {
 public:
  __device__ SpinClocks() {
    begin_ = now_ = global_timer();
    first_cycle_ = clock64();
  }

  /// Looks at the timer, and returns how far it has gone on.
  __device__ std::uint64_t look() {
    const std::uint64_t next = global_timer();
    if (next > now_ && next - now_ < step_) step_ = next - now_;
    now_ = next;
    return now_ - begin_;
  }

  __device__ void fill(SpinReading* reading) const {
    if (reading == nullptr) return;
    *reading = SpinReading{now_ - begin_, static_cast<std::uint64_t>(clock64() - first_cycle_), step_};
  }

 private:
  std::uint64_t begin_, now_, step_ = ~std::uint64_t{0};
  long long first_cycle_;
};

__global__ void spin_kernel(std::uint64_t length, SpinReading* reading) {
  SpinClocks clocks;
  while (clocks.look() < length) {
  }
  clocks.fill(reading);
}

__global__ void held_spin_kernel(HeldSpin held, SpinReading* reading) {
  SpinClocks clocks;
  std::uint64_t end = held.most_nanoseconds;
  bool is_released = false;
  for (std::uint64_t spent = 0; spent < end; spent = clocks.look()) {
    if (is_released || host_word(held.released) < held.ticket) continue;
    is_released = true;
    end = min(held.most_nanoseconds, max(held.least_nanoseconds, spent + held.settling_nanoseconds));
  }
  clocks.fill(reading);
}

}  // namespace

void launch_spin(std::uint64_t nanoseconds, SpinReading* reading, void* stream) {
  spin_kernel<<<1, 1, 0, static_cast<cudaStream_t>(stream)>>>(nanoseconds, reading);
  check_cuda(cudaGetLastError(), "launching a spin");
}

void launch_held_spin(const HeldSpin& held, SpinReading* reading, void* stream) {
  held_spin_kernel<<<1, 1, 0, static_cast<cudaStream_t>(stream)>>>(held, reading);
  check_cuda(cudaGetLastError(), "launching a spin");
}

}  // namespace attngate

#undef NDEBUG  // the assertion below is the point
#include "planted_kernels.h"

#include <cassert>
#include <cstdint>

#include "attngate/values/cuda_check.cuh"

namespace attngate::planted {
namespace {

__global__ void write_to(int* address) { *address = 1; }

__global__ void expect(bool condition) { assert(condition); }

__global__ void run_forever() {
  for (volatile int forever = 1; forever != 0;) __nanosleep(1000);
}

cudaStream_t as_stream(void* stream) { return static_cast<cudaStream_t>(stream); }

}  // namespace

void write_to_bad_address(void* stream) {
  // Low addresses belong to nobody, and an int there is aligned: the access itself is what is illegal.
  write_to<<<1, 1, 0, as_stream(stream)>>>(reinterpret_cast<int*>(std::uintptr_t{64}));
  check_cuda(cudaGetLastError(), "writing to a bad address");
}

void fail_device_assertion(void* stream) {
  expect<<<1, 1, 0, as_stream(stream)>>>(false);
  check_cuda(cudaGetLastError(), "failing an assertion");
}

void run_endless_kernel(void* stream) {
  run_forever<<<1, 1, 0, as_stream(stream)>>>();
  check_cuda(cudaGetLastError(), "running without end");
}

void launch_too_many_threads(void* stream) { expect<<<1, 4096, 0, as_stream(stream)>>>(true); }

}  // namespace attngate::planted

#include <cuda_runtime_api.h>

#include "attngate/values/guard_bands.h"

namespace attngate {
namespace {

__global__ void inspect_kernel(const std::uint8_t* whole, std::uint64_t tensor_bytes, std::uint64_t band_bytes,
                               BandDamage* damage) {
  bool intact = true;
  for (std::uint64_t i = threadIdx.x; i < band_bytes; i += blockDim.x) {
    // A tensor may end anywhere, so the band behind it is read byte by byte.
    intact = intact && whole[i] == 0xFF && whole[band_bytes + tensor_bytes + i] == 0xFF;
  }
  if (__syncthreads_and(intact) == 0 && threadIdx.x == 0) {
    atomicAdd_system(reinterpret_cast<unsigned long long*>(&damage->blocks), 1ull);
    damage->bytes_of_one = tensor_bytes;
  }
}

}  // namespace

int inspect_bands(const std::uint8_t* whole, std::uint64_t tensor_bytes, std::uint64_t band_bytes, BandDamage* damage,
                  void* stream) noexcept {
  constexpr int threads = 1024;
  inspect_kernel<<<1, threads, 0, static_cast<cudaStream_t>(stream)>>>(whole, tensor_bytes, band_bytes, damage);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace attngate

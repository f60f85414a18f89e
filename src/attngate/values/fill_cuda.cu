#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "attngate/values/cuda_check.cuh"
#include "attngate/values/fill.h"

namespace attngate {
namespace {

/// One thread writes one block of 16 channels.
template <typename Number>
__global__ void fill_kernel(FillRequest request, std::int64_t blocks_per_row) {
  const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (index >= request.rows * blocks_per_row) return;
  fill_block<Number>(request, index / blocks_per_row, index % blocks_per_row);
}

template <typename Number>
void launch(const FillRequest& request, cudaStream_t stream) {
  constexpr int threads = 128;
  const std::int64_t blocks_per_row = (request.columns + channels_per_block - 1) / channels_per_block;
  const std::int64_t work = request.rows * blocks_per_row;
  if (work == 0) return;
  const auto grid = static_cast<unsigned>((work + threads - 1) / threads);
  fill_kernel<Number><<<grid, threads, 0, stream>>>(request, blocks_per_row);
  check_cuda(cudaGetLastError(), "filling a tensor with Philox values");
}

}  // namespace

void fill_on_device(const FillRequest& request, void* stream) {
  const auto cuda_stream = static_cast<cudaStream_t>(stream);
  switch (request.dtype) {
    case DType::fp16: return launch<__half>(request, cuda_stream);
    case DType::bf16: return launch<__nv_bfloat16>(request, cuda_stream);
    case DType::fp32: return launch<float>(request, cuda_stream);
  }
}

}  // namespace attngate

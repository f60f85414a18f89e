#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <stdexcept>

#include "attngate/values/cuda_check.cuh"
#include "attngate/values/fill.h"
#include "attngate/values/mask.h"

namespace attngate {
namespace {

constexpr int threads_per_block = 128;

unsigned grid_for(std::int64_t work) {
  return static_cast<unsigned>((work + threads_per_block - 1) / threads_per_block);
}

__device__ std::int64_t thread_index() { return static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; }

/// Requests of one launch; kernel parameters may take 4 KiB.
struct FillBatch {
  FillRequest requests[max_fill_requests];
  std::int64_t blocks_per_row[max_fill_requests];
  /// Blocks of 16 channels of this request and all before it.
  std::int64_t blocks_up_to[max_fill_requests];
  int count = 0;
};
static_assert(sizeof(FillBatch) <= 4096);

FillBatch batch_of(const std::vector<FillRequest>& requests) {
  if (requests.size() > max_fill_requests) throw std::length_error("fill_on_device takes at most 7 requests");
  FillBatch batch;
  std::int64_t blocks = 0;
  for (const FillRequest& request : requests) {
    const std::int64_t per_row = (request.columns + channels_per_block - 1) / channels_per_block;
    blocks += request.rows * per_row;
    batch.requests[batch.count] = request;
    batch.blocks_per_row[batch.count] = per_row;
    batch.blocks_up_to[batch.count] = blocks;
    ++batch.count;
  }
  return batch;
}

/// One thread writes one block of 16 channels.
template <typename Number>
__global__ void fill_kernel(const __grid_constant__ FillBatch batch) {
  std::int64_t index = thread_index();
  if (index >= batch.blocks_up_to[batch.count - 1]) return;
  int request = 0;
  while (index >= batch.blocks_up_to[request]) ++request;
  if (request > 0) index -= batch.blocks_up_to[request - 1];
  const std::int64_t per_row = batch.blocks_per_row[request];
  fill_block<Number>(batch.requests[request], index / per_row, index % per_row);
}

template <typename Number>
void launch(const FillBatch& batch, cudaStream_t stream) {
  if (batch.count == 0 || batch.blocks_up_to[batch.count - 1] == 0) return;
  fill_kernel<Number><<<grid_for(batch.blocks_up_to[batch.count - 1]), threads_per_block, 0, stream>>>(batch);
  check_cuda(cudaGetLastError(), "filling tensors with Philox values");
}

/// One thread writes 16 keys of one row of the mask.
__global__ void mask_kernel(const __grid_constant__ MaskRequest request) {
  const std::int64_t index = thread_index();
  if (index >= request.rows() * request.blocks_per_row()) return;
  fill_mask_block(request, index / request.blocks_per_row(), index % request.blocks_per_row());
}

}  // namespace

void fill_on_device(const std::vector<FillRequest>& requests, DType dtype, void* stream) {
  const FillBatch batch = batch_of(requests);
  const auto cuda_stream = static_cast<cudaStream_t>(stream);
  switch (dtype) {
    case DType::fp16:
      return launch<__half>(batch, cuda_stream);
    case DType::bf16:
      return launch<__nv_bfloat16>(batch, cuda_stream);
    case DType::fp32:
      return launch<float>(batch, cuda_stream);
  }
}

void mask_on_device(const MaskRequest& request, void* stream) {
  const std::int64_t work = request.rows() * request.blocks_per_row();
  if (work == 0) return;
  mask_kernel<<<grid_for(work), threads_per_block, 0, static_cast<cudaStream_t>(stream)>>>(request);
  check_cuda(cudaGetLastError(), "filling a mask");
}

void poison_on_device(void* data, std::size_t bytes, void* stream) {
  check_cuda(cudaMemsetAsync(data, 0xFF, bytes, static_cast<cudaStream_t>(stream)), "filling guard memory with NaN");
}

}  // namespace attngate

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "attngate/oracle/error_chunk.h"
#include "attngate/values/cuda_check.cuh"

namespace attngate {
namespace {

constexpr int threads_per_warp = 32;
constexpr int warps_per_block = 4;

__device__ double element(const void* data, std::int64_t kind, std::int64_t index) {
  switch (kind) {
    case element_fp16:
      return static_cast<double>(__half2float(static_cast<const __half*>(data)[index]));
    case element_bf16:
      return static_cast<double>(__bfloat162float(static_cast<const __nv_bfloat16*>(data)[index]));
    case element_fp32:
      return static_cast<double>(static_cast<const float*>(data)[index]);
    default:
      return static_cast<const double*>(data)[index];
  }
}

struct Stats {
  double max_abs = 0, sum_squares = 0, max_row_sum_squares = 0, nonfinite = 0;
};

/// Statistics of one row, summed over the lanes of a warp; every lane gets the result.
__device__ Stats row_stats(const DeviceComparison& comparison, std::int64_t row, std::int64_t columns) {
  Stats stats;
  for (std::int64_t column = threadIdx.x; column < columns; column += threads_per_warp) {
    const std::int64_t index = row * columns + column;
    const double left = element(comparison.left, comparison.left_kind, index);
    const double right = comparison.right == nullptr ? 0.0 : element(comparison.right, comparison.right_kind, index);
    const double error = left - right;
    if (isfinite(left) && isfinite(right)) {
      stats.max_abs = fmax(stats.max_abs, fabs(error));
      stats.sum_squares += error * error;
    } else {
      stats.nonfinite += 1;
    }
  }
  for (int offset = threads_per_warp / 2; offset > 0; offset /= 2) {
    stats.max_abs = fmax(stats.max_abs, __shfl_xor_sync(0xFFFFFFFFu, stats.max_abs, offset));
    stats.sum_squares += __shfl_xor_sync(0xFFFFFFFFu, stats.sum_squares, offset);
    stats.nonfinite += __shfl_xor_sync(0xFFFFFFFFu, stats.nonfinite, offset);
  }
  stats.max_row_sum_squares = stats.sum_squares;
  return stats;
}

__device__ void merge(Stats& into, const Stats& other) {
  into.max_abs = fmax(into.max_abs, other.max_abs);
  into.sum_squares += other.sum_squares;
  into.max_row_sum_squares = fmax(into.max_row_sum_squares, other.max_row_sum_squares);
  into.nonfinite += other.nonfinite;
}

/// Block (chunk, comparison): each warp takes every fourth row of the chunk.
__global__ void error_stats_kernel(const DeviceComparison* comparisons, const RowChunk* chunks, std::int64_t columns,
                                   double* result) {
  const DeviceComparison comparison = comparisons[blockIdx.y];
  const RowChunk chunk = chunks[blockIdx.x];
  Stats stats;
  for (std::int64_t row = threadIdx.y; row < chunk.rows; row += warps_per_block) {
    merge(stats, row_stats(comparison, chunk.first_row + row, columns));
  }
  __shared__ double shared[warps_per_block][stats_per_chunk];
  if (threadIdx.x == 0) {
    shared[threadIdx.y][0] = stats.max_abs;
    shared[threadIdx.y][1] = stats.sum_squares;
    shared[threadIdx.y][2] = stats.max_row_sum_squares;
    shared[threadIdx.y][3] = stats.nonfinite;
  }
  __syncthreads();
  if (threadIdx.x != 0 || threadIdx.y != 0) return;
  for (int warp = 1; warp < warps_per_block; ++warp) {
    Stats other;
    other.max_abs = shared[warp][0];
    other.sum_squares = shared[warp][1];
    other.max_row_sum_squares = shared[warp][2];
    other.nonfinite = shared[warp][3];
    merge(stats, other);
  }
  double* out = result + (static_cast<std::int64_t>(blockIdx.y) * gridDim.x + blockIdx.x) * stats_per_chunk;
  out[0] = stats.max_abs;
  out[1] = stats.sum_squares;
  out[2] = stats.max_row_sum_squares;
  out[3] = stats.nonfinite;
}

}  // namespace

void launch_error_stats(const DeviceComparison* comparisons, int comparison_count, const RowChunk* chunks,
                        int chunk_count, std::int64_t columns, double* result, void* stream) {
  const dim3 grid(static_cast<unsigned>(chunk_count), static_cast<unsigned>(comparison_count));
  const dim3 block(threads_per_warp, warps_per_block);
  error_stats_kernel<<<grid, block, 0, static_cast<cudaStream_t>(stream)>>>(comparisons, chunks, columns, result);
  check_cuda(cudaGetLastError(), "comparing outputs");
}

}  // namespace attngate

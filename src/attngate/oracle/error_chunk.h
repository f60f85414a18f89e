#pragma once

#include <cstdint>

namespace attngate {

/// Rows that one block of threads compares; a sequence's rows lie in consecutive chunks.
struct RowChunk {
  std::int64_t first_row;
  std::int64_t rows;
};

/// 16 rows to a chunk: one chunk for most sequences, and enough blocks for a single long one.
inline constexpr std::int64_t rows_per_chunk = 16;

/// One comparison as the device sees it; `right` is null for zero.
struct DeviceComparison {
  const void* left;
  const void* right;
  std::int64_t left_kind;   ///< an ElementKind
  std::int64_t right_kind;  ///< an ElementKind
};

/// Element types that are compared.
enum ElementKind : std::int64_t { element_fp16, element_bf16, element_fp32, element_fp64 };

/// Numbers per (comparison, chunk) in the result: the fields of ErrorStats, in their order.
inline constexpr int stats_per_chunk = 4;

/// Launches the comparison on `stream`; result is [comparisons, chunks, stats_per_chunk] doubles on the device.
///
/// Throws CudaError when the launch fails.
void launch_error_stats(const DeviceComparison* comparisons, int comparison_count, const RowChunk* chunks,
                        int chunk_count, std::int64_t columns, double* result, void* stream);

}  // namespace attngate

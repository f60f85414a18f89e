#include "attngate/oracle/error_stats.h"

#include <ATen/ops/empty.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "attngate/oracle/error_chunk.h"
#include "attngate/values/device_stream.h"

namespace attngate {
namespace {

std::vector<RowChunk> chunks_of(const AttentionCase& attention_case) {
  std::vector<RowChunk> chunks;
  std::int64_t first = 0;
  for (const std::int64_t length : attention_case.lengths) {
    for (std::int64_t row = 0; row < length; row += rows_per_chunk) {
      chunks.push_back({first + row, std::min(rows_per_chunk, length - row)});
    }
    first += length;
  }
  return chunks;
}

ElementKind kind_of(const at::Tensor& rows) {
  switch (rows.scalar_type()) {
    case at::kHalf:
      return element_fp16;
    case at::kBFloat16:
      return element_bf16;
    case at::kFloat:
      return element_fp32;
    case at::kDouble:
      return element_fp64;
    default:
      TORCH_CHECK_TYPE(false, "error_stats compares fp16, bf16, fp32 and fp64, not ", rows.scalar_type());
  }
}

void check_shapes(const std::vector<at::Tensor>& rows, const AttentionCase& attention_case) {
  for (const at::Tensor& tensor : rows) {
    TORCH_CHECK(tensor.dim() == 2 && tensor.size(0) == attention_case.total_tokens() &&
                    tensor.size(1) == rows.front().size(1) && tensor.is_contiguous(),
                "error_stats compares contiguous token rows of one shape, not ", tensor.sizes());
    kind_of(tensor);  // throws for a dtype that is not compared
  }
}

/// Adds up the chunks of each sequence.
std::vector<ErrorStats> by_sequence(const double* chunk_stats, const AttentionCase& attention_case) {
  std::vector<ErrorStats> sequences;
  sequences.reserve(attention_case.lengths.size());
  for (const std::int64_t length : attention_case.lengths) {
    ErrorStats& stats = sequences.emplace_back();
    for (std::int64_t row = 0; row < length; row += rows_per_chunk, chunk_stats += stats_per_chunk) {
      stats.merge({chunk_stats[0], chunk_stats[1], chunk_stats[2], chunk_stats[3]});
    }
  }
  return sequences;
}

ErrorTable stats_on_device(const std::vector<at::Tensor>& rows, const std::vector<Comparison>& comparisons,
                           const AttentionCase& attention_case) {
  const std::vector<RowChunk> chunks = chunks_of(attention_case);
  const auto comparison_bytes = static_cast<std::int64_t>(comparisons.size() * sizeof(DeviceComparison));
  const auto chunk_bytes = static_cast<std::int64_t>(chunks.size() * sizeof(RowChunk));
  const at::Tensor host =
      at::empty({comparison_bytes + chunk_bytes}, at::TensorOptions().dtype(at::kByte).pinned_memory(true));
  auto* bytes = host.data_ptr<std::uint8_t>();
  auto* device_comparisons = reinterpret_cast<DeviceComparison*>(bytes);
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    const at::Tensor& left = rows[static_cast<std::size_t>(comparisons[i].left)];
    const bool zero = comparisons[i].right == Comparison::zero;
    const at::Tensor& right = zero ? left : rows[static_cast<std::size_t>(comparisons[i].right)];
    device_comparisons[i] = {left.const_data_ptr(), zero ? nullptr : right.const_data_ptr(), kind_of(left),
                             kind_of(right)};
  }
  std::memcpy(bytes + comparison_bytes, chunks.data(), static_cast<std::size_t>(chunk_bytes));

  const at::Device device = rows.front().device();
  const at::Tensor placed = host.to(device, /*non_blocking=*/true);
  const auto* device_bytes = placed.const_data_ptr<std::uint8_t>();
  const at::Tensor result = at::empty({static_cast<std::int64_t>(comparisons.size() * chunks.size()) * stats_per_chunk},
                                      at::TensorOptions(at::kDouble).device(device));
  launch_error_stats(reinterpret_cast<const DeviceComparison*>(device_bytes), static_cast<int>(comparisons.size()),
                     reinterpret_cast<const RowChunk*>(device_bytes + comparison_bytes),
                     static_cast<int>(chunks.size()), rows.front().size(1), result.data_ptr<double>(),
                     current_stream(device));
  const at::Tensor fetched = result.cpu();
  ErrorTable table;
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    table.push_back(
        by_sequence(fetched.const_data_ptr<double>() + i * chunks.size() * stats_per_chunk, attention_case));
  }
  return table;
}

ErrorStats row_stats(const double* left, const double* right, std::int64_t columns) {
  ErrorStats stats;
  for (std::int64_t column = 0; column < columns; ++column) {
    const double other = right == nullptr ? 0.0 : right[column];
    const double error = left[column] - other;
    if (std::isfinite(left[column]) && std::isfinite(other)) {
      stats.max_abs = std::max(stats.max_abs, std::abs(error));
      stats.sum_squares += error * error;
    } else {
      stats.nonfinite += 1;
    }
  }
  stats.max_row_sum_squares = stats.sum_squares;
  return stats;
}

ErrorTable stats_on_host(const std::vector<at::Tensor>& rows, const std::vector<Comparison>& comparisons,
                         const AttentionCase& attention_case) {
  std::vector<at::Tensor> doubles;
  for (const at::Tensor& tensor : rows) doubles.push_back(tensor.to(at::kDouble));
  const std::int64_t columns = rows.front().size(1);
  ErrorTable table;
  for (const Comparison& comparison : comparisons) {
    const double* left = doubles[static_cast<std::size_t>(comparison.left)].const_data_ptr<double>();
    const double* right = comparison.right == Comparison::zero
                              ? nullptr
                              : doubles[static_cast<std::size_t>(comparison.right)].const_data_ptr<double>();
    std::vector<ErrorStats>& sequences = table.emplace_back();
    for (const std::int64_t length : attention_case.lengths) {
      ErrorStats& stats = sequences.emplace_back();
      for (std::int64_t row = 0; row < length; ++row) {
        stats.merge(row_stats(left, right, columns));
        left += columns;
        if (right != nullptr) right += columns;
      }
    }
  }
  return table;
}

}  // namespace

void ErrorStats::merge(const ErrorStats& other) {
  max_abs = std::max(max_abs, other.max_abs);
  sum_squares += other.sum_squares;
  max_row_sum_squares = std::max(max_row_sum_squares, other.max_row_sum_squares);
  nonfinite += other.nonfinite;
}

ErrorTable error_stats(const std::vector<at::Tensor>& rows, const std::vector<Comparison>& comparisons,
                       const AttentionCase& attention_case) {
  if (rows.empty() || comparisons.empty()) return ErrorTable(comparisons.size());
  check_shapes(rows, attention_case);
  if (attention_case.total_tokens() == 0) {  // nothing to compare, and no grid to launch
    return ErrorTable(comparisons.size(), std::vector<ErrorStats>(attention_case.lengths.size()));
  }
  return rows.front().is_cuda() ? stats_on_device(rows, comparisons, attention_case)
                                : stats_on_host(rows, comparisons, attention_case);
}

}  // namespace attngate

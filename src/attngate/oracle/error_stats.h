#pragma once

#include <ATen/core/Tensor.h>

#include <limits>
#include <vector>

#include "attngate/case/attention_case.h"

namespace attngate {

/// How two tensors differ on the rows of one sequence.
struct ErrorStats {
  double max_abs = 0;              ///< largest |left - right|, non-finite elements left out
  double sum_squares = 0;          ///< sum of (left - right)^2
  double max_row_sum_squares = 0;  ///< the largest such sum of one row
  double nonfinite = 0;            ///< elements where either side is NaN or infinite

  /// Takes in the statistics of other rows.
  void merge(const ErrorStats& other);
};

/// Two of the tensors handed to error_stats(), by index.
struct Comparison {
  /// In place of `right`: compare with zero, which gives the magnitude of `left`.
  static constexpr int zero = -1;
  int left = 0;
  int right = zero;
};

/// Statistics of every comparison, one per sequence: result[comparison][sequence].
using ErrorTable = std::vector<std::vector<ErrorStats>>;

/// Compares token-row tensors [total_tokens, columns], contiguous, fp16, bf16, fp32 or fp64, all on one device.
///
/// One kernel and one copy to the host on CUDA, which also waits for the work queued so far.
/// Throws CudaError; c10::Error for a tensor of another shape or dtype.
ErrorTable error_stats(const std::vector<at::Tensor>& rows, const std::vector<Comparison>& comparisons,
                       const AttentionCase& attention_case);

}  // namespace attngate

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "attngate/base/device_key.h"
#include "attngate/case/attention_case.h"
#include "attngate/sweep/sweep_plan.h"

namespace attngate {

/// The grid of PyTorch's benchmarks/transformer/better_transformer_vs_mha_functional.py, by default as it stands there.
struct FastpathGrid {
  std::vector<DType> dtypes = {DType::fp16};
  std::vector<std::int64_t> batch_sizes = {16, 32, 64, 128, 256};
  std::vector<std::int64_t> sequence_lengths = {64, 128, 256, 512};
  std::vector<std::int64_t> embed_dims = {512, 1024};
  std::vector<std::int64_t> heads = {8, 16};
  /// Lengths come from Beta(1, 0.05 b).
  std::vector<std::int64_t> b_values = {1, 5, 9, 13, 17, 21, 25, 29, 33, 37, 41, 45, 49, 53, 57, 61};
  /// Lengths are multiples of it.
  std::int64_t block_size = 2;
  /// Of the lengths and values of every configuration, as in the program, and of the order of samples.
  std::uint64_t seed = 26214;
  /// Paths or families for the three columns, see SweepOperator.
  std::string slow = "nn_mha_slow";
  std::string fast = "nn_mha_fast";
  std::string composite = "composite_sdpa_nested";
  /// More of them, each with a column of its own.
  std::vector<std::string> also = {};
  StoppingRule rule = {};
  /// What the times are: gpu_time, or throughput as in the program.
  Quantity quantity = Quantity::gpu_time;
  /// Holds every sequence against the reference, whatever that costs.
  bool check_all = false;
};

/// The largest b: case/lengths.h draws Beta(1, b) for b up to 4.
inline constexpr std::int64_t largest_beta_step = 80;

/// Every configuration of the grid in the program's order, dtypes outermost.
///
/// Throws UsageError for a grid without configurations or with one that cannot exist.
SweepPlan plan_fastpath(const FastpathGrid& grid, const DeviceKey& device);

}  // namespace attngate

#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "attngate/sweep/fastpath_sweep.h"
#include "attngate/sweep/sweep_plan.h"

namespace attngate {

/// The grid of PyTorch's benchmarks/transformer/sdp.py, by default as it stands there.
struct SdpGrid {
  /// The program's single experiment comes first: batch 128, 8 heads, length 512, embed 512, fp16, no padding.
  bool single = true;
  /// And then its grid.
  bool grid = true;
  std::vector<std::int64_t> batch_sizes = {256};
  std::vector<std::int64_t> heads = {32};
  std::vector<std::int64_t> max_sequence_lengths = {256};
  std::vector<std::int64_t> embed_dimensions = {512};
  std::vector<DType> dtypes = {DType::bf16, DType::fp16, DType::fp32};
  /// Share of padding, nullopt for none: without, input is padded and without a mask; with, it is nested.
  std::vector<std::optional<double>> pad_percentages = {std::nullopt, 0.9};
  /// The program's enable_math, enable_flash, enable_mem_efficient and enable_cudnn.
  BackendSwitches switches = {.math = false};
  std::uint64_t seed = 123;
  /// More paths or families, each with a column of its own.
  std::vector<std::string> also = {};
  StoppingRule rule = {};
  /// What the times are: gpu_time, or throughput as in the program.
  Quantity quantity = Quantity::gpu_time;
  /// Holds every sequence against the reference, whatever that costs.
  bool check_all = false;
};

/// The single experiment and every configuration of the grid in the program's order.
///
/// `registered` has the names of the paths that this attngate has: compiled_nn_mha and compiled_composite_sdpa, which
/// are not always there, are skipped with the reason where they are missing. Throws UsageError for a grid without
/// configurations or with one that cannot exist.
SweepPlan plan_sdp(const SdpGrid& grid, const DeviceKey& device, const std::set<std::string>& registered);

/// "none" or a share from 0 to 0.95; 0 is none, as in the program. Throws UsageError for another text.
std::optional<double> parse_pad_percentage(const std::string& text);

}  // namespace attngate

#include "attngate/sweep/fastpath_sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include <rapidcheck/Random.h>

#include "attngate/base/joined.h"
#include "attngate/base/usage_error.h"
#include "attngate/case/lengths.h"
#include "attngate/case/text.h"
#include "attngate/sweep/grid_text.h"

namespace attngate {
namespace {

// The program's steps: Beta(1, 0.05 b).
constexpr double beta_step = 0.05;

constexpr std::size_t slow = 0, fast = 1, composite = 2, first_extra = 3;

void require_grid(const FastpathGrid& grid) {
  require_any("--dtype", names_of(grid.dtypes));
  require_values("--batch-sizes", grid.batch_sizes, CaseRange::max_batch_size);
  require_values("--sequence-lengths", grid.sequence_lengths, CaseRange::max_length);
  require_values("--embed-dims", grid.embed_dims, CaseRange::max_num_heads * CaseRange::max_head_dim);
  require_values("--n-heads", grid.heads, CaseRange::max_num_heads);
  require_head_dims(grid.embed_dims, grid.heads);
  require_values("--b-values", grid.b_values, largest_beta_step);
  require_values("--block-size", {grid.block_size}, CaseRange::max_length);
  require_rule(grid.quantity, grid.rule);
}

std::vector<SweepOperator> operators_of(const FastpathGrid& grid, const DeviceKey& device) {
  // The program switches math off for the fast path and leaves the rest as it is; the slow path has all.
  const BackendSwitches nested{.math = device.is_cpu()};
  std::vector<SweepOperator> operators = {
      {.label = "slow", .path = grid.slow},
      {.label = "fast", .path = grid.fast, .switches = nested},
      {.label = "composite", .path = grid.composite, .switches = nested, .every_round = false}};
  for (const std::string& name : grid.also) operators.push_back({.label = name, .path = name, .every_round = false});
  return operators;
}

SweepPoint point_of(const FastpathGrid& grid, DType dtype, std::int64_t batch_size, std::int64_t sequence_length,
                    std::int64_t embed_dim, std::int64_t heads, std::int64_t b) {
  SweepPoint point;
  AttentionCase& attention_case = point.attention_case;
  attention_case.dtype = dtype;
  attention_case.num_heads = heads;
  attention_case.head_dim = head_dim_of(embed_dim, heads);
  attention_case.seed = grid.seed;
  rc::Random random(grid.seed);
  attention_case.lengths =
      beta_lengths(random, batch_size, sequence_length, 1, beta_step * static_cast<double>(b), grid.block_size);
  validate(attention_case);
  point.configuration = {{"dtype", torch_name(dtype)},
                         {"batch_size", std::to_string(batch_size)},
                         {"sequence_length", std::to_string(sequence_length)},
                         {"n_heads", std::to_string(heads)},
                         {"embed_dim", std::to_string(embed_dim)},
                         {"b", std::to_string(b)}};
  // As the program writes it.
  point.entry_name =
      fmt::format("batch:{}_seq_len:{}_n_heads:{}_embed_dim:{}", batch_size, sequence_length, heads, embed_dim);
  return point;
}

/// In the program's order, b fastest.
SweepPoint nth_point(const FastpathGrid& grid, const std::vector<SweepOperator>& operators, std::uint64_t index) {
  CombinationIndex combination(index);
  const std::int64_t b = combination.value_of(grid.b_values), heads = combination.value_of(grid.heads),
                     embed_dim = combination.value_of(grid.embed_dims),
                     length = combination.value_of(grid.sequence_lengths),
                     batch_size = combination.value_of(grid.batch_sizes);
  SweepPoint point = point_of(grid, combination.value_of(grid.dtypes), batch_size, length, embed_dim, heads, b);
  const ReferenceLimit limit = grid.check_all ? ReferenceLimit::none() : ReferenceLimit{};
  point.request = {
      to_line(point.attention_case), operators, {{slow, fast}}, grid.rule, grid.seed, limit, grid.quantity};
  return point;
}

void add_columns(SweepPlan& plan, const FastpathGrid& grid) {
  // The program's columns, by its names and in its order.
  plan.columns = {configuration_column("dtype", "dtype", false), configuration_column("batch_size", "batch", true),
                  configuration_column("sequence_length", "length", true),
                  configuration_column("n_heads", "heads", true), configuration_column("embed_dim", "embed", true),
                  time_column("time_native_mha_slow(\u00B5s)", "slow us", slow),
                  time_column("time_native_mha_fast (\u00B5s)", "fast us", fast),
                  speedup_column("speedup flash_mha v native_mha", "speedup (95 %)", 0, "speedup"), padding_column(),
                  // attngate's own.
                  lower_column("speedup_from", 0), upper_column("speedup_to", 0),
                  time_column("time_composite_sdpa (\u00B5s)", "composite us", composite)};
  for (std::size_t index = 0; index < grid.also.size(); ++index) {
    plan.columns.push_back(
        time_column(fmt::format("time_{} (\u00B5s)", grid.also[index]), grid.also[index] + " us", first_extra + index));
  }
  plan.columns.push_back(backend_column("backend", "backend", fast));
  plan.columns.push_back(backend_column("slow_backend", "", slow));
  plan.columns.push_back(backend_column("composite_backend", "", composite));
  plan.columns.push_back(tflops_column("tflops", "TFLOP/s", fast));
  plan.columns.push_back(configuration_column("b", "", true));
  plan.columns.push_back(tokens_column());
  add_closing_columns(plan);
}

OptionValues options_of(const FastpathGrid& grid) {
  OptionValues values = {{"seed", fmt::to_string(grid.seed)},
                         {"block_size", fmt::to_string(grid.block_size)},
                         {"slow", grid.slow},
                         {"fast", grid.fast},
                         {"composite", grid.composite},
                         {"also", joined(grid.also, ",")},
                         {"check_all", grid.check_all ? "1" : "0"}};
  add_rule(values, grid.quantity, grid.rule);
  return values;
}

/// With the grid, which rows say by themselves.
OptionValues all_options_of(const FastpathGrid& grid) {
  OptionValues values = {{"dtype", list_text(names_of(grid.dtypes))},
                         {"batch_sizes", list_text(grid.batch_sizes)},
                         {"sequence_lengths", list_text(grid.sequence_lengths)},
                         {"embed_dims", list_text(grid.embed_dims)},
                         {"n_heads", list_text(grid.heads)},
                         {"b_values", list_text(grid.b_values)}};
  std::ranges::copy(options_of(grid), std::back_inserter(values));
  return values;
}

}  // namespace

SweepPlan plan_fastpath(const FastpathGrid& grid, const DeviceKey& device) {
  require_grid(grid);
  SweepPlan plan;
  plan.name = "fastpath";
  plan.options = fmt::format("fastpath {} {}", name_with_libtorch(device), joined_options(options_of(grid)));
  plan.changed_options = changed_options_text(plan.name, all_options_of(grid), all_options_of({}));
  plan.points = {combinations({grid.dtypes.size(), grid.batch_sizes.size(), grid.sequence_lengths.size(),
                               grid.embed_dims.size(), grid.heads.size(), grid.b_values.size()}),
                 [grid, operators = operators_of(grid, device)](std::uint64_t index) {
                   return nth_point(grid, operators, index);
                 }};
  add_columns(plan, grid);
  return plan;
}

}  // namespace attngate

#include "attngate/sweep/sdp_sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include <rapidcheck/Random.h>

#include "attngate/base/joined.h"
#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/case/lengths.h"
#include "attngate/case/text.h"
#include "attngate/sweep/grid_text.h"

namespace attngate {
namespace {

/// More padding than that leaves sequences of a token or two, which the fast path does not fuse.
constexpr double most_padding = 0.95;

constexpr const char* compiled_nn_mha_path = "compiled_nn_mha";
constexpr const char* compiled_composite_path = "compiled_composite_sdpa";

constexpr std::size_t nn_mha = 0, compiled_nn_mha = 1, composite = 2, compiled_composite = 3, nn_mha_no_weights = 4,
                      first_extra = 5;

/// One configuration before its lengths are drawn.
struct SdpConfiguration {
  std::int64_t batch_size = 0, heads = 0, max_sequence_length = 0, embed_dimension = 0;
  DType dtype = DType::fp16;
  std::optional<double> pad_percentage;
};

const SdpConfiguration single_experiment = {128, 8, 512, 512, DType::fp16, std::nullopt};

/// As Python prints it.
std::string pad_text(const std::optional<double>& pad_percentage) {
  return pad_percentage ? fmt::format("{:g}", *pad_percentage) : "None";
}
const char* python_bool(bool value) { return value ? "True" : "False"; }

void require_grid(const SdpGrid& grid) {
  require_rule(grid.quantity, grid.rule);
  if (!grid.grid && !grid.single)
    throw UsageError("--no-single --no-grid: a sweep without configurations measures nothing");
  if (!grid.grid) return;
  require_values("--batch-sizes", grid.batch_sizes, CaseRange::max_batch_size);
  require_values("--num-heads", grid.heads, CaseRange::max_num_heads);
  require_values("--max-sequence-lens", grid.max_sequence_lengths, CaseRange::max_length);
  require_values("--embed-dimensions", grid.embed_dimensions, CaseRange::max_num_heads * CaseRange::max_head_dim);
  require_head_dims(grid.embed_dimensions, grid.heads);
  require_any("--dtype", names_of(grid.dtypes));
  std::vector<std::string> pads;
  for (const auto& pad_percentage : grid.pad_percentages) pads.push_back(pad_text(pad_percentage));
  require_any("--pad-percentages", pads);
}

std::uint64_t size_of(const SdpGrid& grid) {
  const std::uint64_t single = grid.single ? 1 : 0;
  if (!grid.grid) return single;
  const std::uint64_t all =
      combinations({grid.batch_sizes.size(), grid.heads.size(), grid.max_sequence_lengths.size(),
                    grid.embed_dimensions.size(), grid.dtypes.size(), grid.pad_percentages.size()});
  return std::max(all, all + single);  // the sum may be too large
}

/// The single experiment first, then the grid in the program's order, padding fastest.
SdpConfiguration nth_configuration(const SdpGrid& grid, std::uint64_t index) {
  if (grid.single && index == 0) return single_experiment;
  CombinationIndex combination(index - (grid.single ? 1 : 0));
  SdpConfiguration one;
  one.pad_percentage = combination.value_of(grid.pad_percentages);
  one.dtype = combination.value_of(grid.dtypes);
  one.embed_dimension = combination.value_of(grid.embed_dimensions);
  one.max_sequence_length = combination.value_of(grid.max_sequence_lengths);
  one.heads = combination.value_of(grid.heads);
  one.batch_size = combination.value_of(grid.batch_sizes);
  return one;
}

std::string compiled_skip_reason(const char* path, bool is_padded, const std::set<std::string>& registered) {
  if (is_padded) return "sdp.py compiles without padding only";
  return registered.contains(path) ? "" : fmt::format("this attngate has no path {}", path);
}

std::vector<SweepOperator> operators_of(const SdpGrid& grid, bool is_padded, const std::set<std::string>& registered) {
  const std::string fast = is_padded ? "nn_mha_fast" : "nn_mha_fast_dense";
  const std::string sdpa = is_padded ? "composite_sdpa_nested" : "composite_sdpa_dense";
  std::vector<SweepOperator> operators(first_extra);
  operators[nn_mha] = {.label = "nn_mha", .path = fast, .switches = grid.switches, .need_weights = true};
  operators[compiled_nn_mha] = {.label = "compiled_nn_mha",
                                .path = compiled_nn_mha_path,
                                .switches = grid.switches,
                                .every_round = false,
                                .skip_reason = compiled_skip_reason(compiled_nn_mha_path, is_padded, registered)};
  operators[composite] = {.label = "composite_mha", .path = sdpa, .switches = grid.switches};
  operators[compiled_composite] = {.label = "compiled_composite_mha",
                                   .path = compiled_composite_path,
                                   .switches = grid.switches,
                                   .every_round = false,
                                   .skip_reason = compiled_skip_reason(compiled_composite_path, is_padded, registered)};
  operators[nn_mha_no_weights] = {.label = "nn_mha_no_weights", .path = fast, .switches = grid.switches};
  for (const std::string& name : grid.also) {
    operators.push_back({.label = name, .path = name, .switches = grid.switches, .every_round = false});
  }
  return operators;
}

SweepPoint point_of(const SdpGrid& grid, const SdpConfiguration& configuration,
                    const std::set<std::string>& registered) {
  SweepPoint point;
  AttentionCase& attention_case = point.attention_case;
  attention_case.dtype = configuration.dtype;
  attention_case.num_heads = configuration.heads;
  attention_case.head_dim = head_dim_of(configuration.embed_dimension, configuration.heads);
  attention_case.seed = grid.seed;
  const bool is_padded = configuration.pad_percentage.has_value();
  rc::Random random(grid.seed);
  attention_case.lengths =
      is_padded ? gaussian_padding_lengths(random, configuration.batch_size, configuration.max_sequence_length,
                                           *configuration.pad_percentage)
                : all_equal_lengths(configuration.batch_size, configuration.max_sequence_length);
  attention_case.mask = is_padded ? MaskKind::padding : MaskKind::none;
  validate(attention_case);
  point.configuration = {{"batch_size", std::to_string(configuration.batch_size)},
                         {"num_heads", std::to_string(configuration.heads)},
                         {"max_sequence_len", std::to_string(configuration.max_sequence_length)},
                         {"embed_dimension", std::to_string(configuration.embed_dimension)},
                         {"dtype", torch_name(configuration.dtype)},
                         {"pad_percentage", pad_text(configuration.pad_percentage)},
                         {"enable_math", python_bool(grid.switches.math)},
                         {"enable_flash", python_bool(grid.switches.flash)},
                         {"enable_mem_efficient", python_bool(grid.switches.efficient)},
                         {"enable_cudnn", python_bool(grid.switches.cudnn)}};
  point.entry_name =
      fmt::format("batch:{}_num_heads:{}_max_sequence_len:{}_embed_dimension:{}_{}_pad:{}", configuration.batch_size,
                  configuration.heads, configuration.max_sequence_length, configuration.embed_dimension,
                  to_string(configuration.dtype), pad_text(configuration.pad_percentage));
  point.request = {to_line(attention_case),
                   operators_of(grid, is_padded, registered),
                   {{nn_mha, composite}, {nn_mha_no_weights, composite}},
                   grid.rule,
                   grid.seed,
                   grid.check_all ? ReferenceLimit::none() : ReferenceLimit{},
                   grid.quantity};
  return point;
}

void add_columns(SweepPlan& plan, const SdpGrid& grid) {
  // The program's columns, by its names and in its order.
  plan.columns = {
      configuration_column("batch_size", "batch", true), configuration_column("num_heads", "heads", true),
      configuration_column("max_sequence_len", "length", true), configuration_column("embed_dimension", "embed", true),
      configuration_column("dtype", "dtype", false), configuration_column("pad_percentage", "pad", true),
      configuration_column("enable_math", "", false), configuration_column("enable_flash", "", false),
      configuration_column("enable_mem_efficient", "", false), configuration_column("enable_cudnn", "", false),
      time_column("nn_mha_time (\u00B5s)", "nn_mha us", nn_mha),
      time_column("compiled_nn_mha_time (\u00B5s)", "compiled us", compiled_nn_mha),
      time_column("composite_mha_time (\u00B5s)", "composite us", composite),
      time_column("compiled_composite_mha_time (\u00B5s)", "compiled composite us", compiled_composite),
      // attngate's own.
      time_column("nn_mha_no_weights_time (\u00B5s)", "no weights us", nn_mha_no_weights),
      speedup_column("composite_speedup", "speedup (95 %)", 0, "composite_speedup"),
      lower_column("composite_speedup_from", 0), upper_column("composite_speedup_to", 0),
      speedup_column("composite_speedup_no_weights", "no weights (95 %)", 1, "composite_speedup_no_weights"),
      lower_column("composite_speedup_no_weights_from", 1), upper_column("composite_speedup_no_weights_to", 1)};
  for (std::size_t index = 0; index < grid.also.size(); ++index) {
    plan.columns.push_back(
        time_column(fmt::format("{}_time (\u00B5s)", grid.also[index]), grid.also[index] + " us", first_extra + index));
  }
  plan.columns.push_back(backend_column("composite_backend", "backend", composite));
  plan.columns.push_back(backend_column("nn_mha_backend", "", nn_mha));
  plan.columns.push_back(backend_column("nn_mha_no_weights_backend", "", nn_mha_no_weights));
  plan.columns.push_back(tflops_column("tflops", "TFLOP/s", composite));
  plan.columns.push_back(padding_column());
  plan.columns.push_back(tokens_column());
  add_closing_columns(plan);
}

OptionValues options_of(const SdpGrid& grid, const std::set<std::string>& registered) {
  const auto compiled = registered.contains(compiled_nn_mha_path) + registered.contains(compiled_composite_path);
  OptionValues values = {{"seed", fmt::to_string(grid.seed)},
                         {"also", joined(grid.also, ",")},
                         {"compiled", fmt::to_string(compiled)},
                         {"check_all", grid.check_all ? "1" : "0"}};
  add_rule(values, grid.quantity, grid.rule);
  return values;
}

/// With the grid, which rows say by themselves.
OptionValues all_options_of(const SdpGrid& grid, const std::set<std::string>& registered) {
  std::vector<std::string> pads;
  for (const auto& pad_percentage : grid.pad_percentages) pads.push_back(pad_text(pad_percentage));
  OptionValues values = {{"single", grid.single ? "1" : "0"},
                         {"grid", grid.grid ? "1" : "0"},
                         {"batch_sizes", list_text(grid.batch_sizes)},
                         {"num_heads", list_text(grid.heads)},
                         {"max_sequence_lens", list_text(grid.max_sequence_lengths)},
                         {"embed_dimensions", list_text(grid.embed_dimensions)},
                         {"dtype", list_text(names_of(grid.dtypes))},
                         {"pad_percentages", list_text(pads)},
                         {"enable_math", grid.switches.math ? "1" : "0"},
                         {"enable_flash", grid.switches.flash ? "1" : "0"},
                         {"enable_mem_efficient", grid.switches.efficient ? "1" : "0"},
                         {"enable_cudnn", grid.switches.cudnn ? "1" : "0"}};
  std::ranges::copy(options_of(grid, registered), std::back_inserter(values));
  return values;
}

}  // namespace

SweepPlan plan_sdp(const SdpGrid& grid, const DeviceKey& device, const std::set<std::string>& registered) {
  require_grid(grid);
  SweepPlan plan;
  plan.name = "sdp";
  plan.options = fmt::format("sdp {} {}", name_with_libtorch(device), joined_options(options_of(grid, registered)));
  plan.changed_options =
      changed_options_text(plan.name, all_options_of(grid, registered), all_options_of({}, registered));
  plan.points = {size_of(grid), [grid, registered](std::uint64_t index) {
                   return point_of(grid, nth_configuration(grid, index), registered);
                 }};
  add_columns(plan, grid);
  return plan;
}

std::optional<double> parse_pad_percentage(const std::string& text) {
  if (text == "none" || text == "None") return std::nullopt;
  double share = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, share);
  if (error != std::errc() || stop != end || !(share >= 0 && share <= most_padding)) {
    throw UsageError(
        fmt::format("--pad-percentages {}: must be none or a share from 0 to {:g}", printable(text), most_padding));
  }
  if (share == 0) return std::nullopt;  // as `if not pad_percentage` in the program
  return share;
}

}  // namespace attngate

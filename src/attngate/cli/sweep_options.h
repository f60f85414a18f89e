#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/cli/chosen.h"
#include "attngate/samples/samples.h"
#include "attngate/samples/stopping_rule.h"
#include "attngate/sweep/sweep_size.h"

namespace CLI {
class App;
}

namespace attngate {

/// What both sweeps are told.
struct SweepCommandOptions {
  std::string device = "auto";
  std::vector<std::string> dtypes;
  std::string seed;
  std::vector<std::string> also;
  StoppingRule rule;
  std::string quantity = to_string(Quantity::gpu_time);
  bool check_all = false;
  std::optional<double> row_timeout;
  std::string save_path, error_save_path, json;
  bool resume = false, overwrite = false;
  std::uint64_t most_rows = usual_most_rows;
  bool dry_run = false;
};

/// What the footer of a sweep's --help ends with.
extern const char* const sweep_exit_codes;

/// The options of both; `dtypes` and `seed` are what the grid has without them.
void add_sweep_options(CLI::App& command, SweepCommandOptions& options, const char* dtypes, std::uint64_t seed);

/// Puts those that shape a sweep into its grid. Throws UsageError for an unknown path, quantity, seed or dtype.
template <typename Grid>
void fill_in(Grid& grid, const SweepCommandOptions& options, const PathRegistry& registry) {
  for (const std::string& name : options.also) {
    check_path_name(registry, "--also", name);
    if (std::ranges::count(options.also, name) > 1)
      throw UsageError(fmt::format("--also {}: given twice", printable(name)));
  }
  grid.also = options.also;
  grid.rule = options.rule;
  const std::optional<Quantity> quantity = quantity_named(options.quantity);
  if (!quantity)
    throw UsageError(fmt::format("--quantity {}: must be gpu_time or throughput", printable(options.quantity)));
  grid.quantity = *quantity;
  grid.check_all = options.check_all;
  if (!options.seed.empty()) grid.seed = chosen_seed(options.seed);
  if (!options.dtypes.empty()) grid.dtypes = parse_dtypes(options.dtypes);
}

}  // namespace attngate

#include <CLI/CLI.hpp>

#include "attngate/cli/common_options.h"
#include "attngate/cli/device_option.h"
#include "attngate/cli/number_option.h"
#include "attngate/cli/sweep_commands.h"
#include "attngate/cli/sweep_session.h"
#include "attngate/suite/tested_registry.h"
#include "attngate/sweep/fastpath_sweep.h"
#include "attngate/workers/device.h"

namespace attngate {
namespace {

struct FastpathCommandOptions : SweepCommandOptions {
  FastpathGrid grid;
};

int run_fastpath(const FastpathCommandOptions& options) {
  const PathRegistry registry = make_tested_registry();
  FastpathGrid grid = options.grid;
  fill_in(grid, options, registry);
  check_path_name(registry, "--slow", grid.slow);
  check_path_name(registry, "--fast", grid.fast);
  check_path_name(registry, "--composite", grid.composite);
  plan_fastpath(grid, {});  // a bad grid is told even where the device is missing
  const c10::Device device = choose_device(options.device);
  const DeviceKey named = named_device(device);
  return run_plan(options, plan_fastpath(grid, named), named, device, registry);
}

}  // namespace

void add_sweep_fastpath_command(CLI::App& sweep, Command& chosen) {
  auto options = std::make_shared<FastpathCommandOptions>();
  FastpathGrid& grid = options->grid;
  CLI::App* command = sweep.add_subcommand(
      "fastpath", "nn MHA fast against slow, as better_transformer_vs_mha_functional.py: 1,280 configurations");
  add_numbers_option(*command, "--batch-sizes", grid.batch_sizes, {1, CaseRange::max_batch_size}, "Sequences");
  add_numbers_option(*command, "--sequence-lengths", grid.sequence_lengths, {1, CaseRange::max_length},
                     "Longest lengths");
  add_numbers_option(*command, "--embed-dims", grid.embed_dims, {1, CaseRange::max_num_heads * CaseRange::max_head_dim},
                     "Embedding dimensions");
  add_numbers_option(*command, "--n-heads", grid.heads, {1, CaseRange::max_num_heads}, "Numbers of heads");
  add_numbers_option(*command, "--b-values", grid.b_values, {1, largest_beta_step},
                     "Lengths come from Beta(1, 0.05 b): the larger b, the more padding; 1 to 80");
  add_number_option(*command, "--block-size", grid.block_size, {1, CaseRange::max_length},
                    "Lengths are multiples of this");
  add_text_option(*command, "--slow", grid.slow, "Path or family of the column slow")->capture_default_str();
  add_text_option(*command, "--fast", grid.fast, "... of the column fast")->capture_default_str();
  add_text_option(*command, "--composite", grid.composite, "... of the column composite")->capture_default_str();
  add_sweep_options(*command, *options, "fp16", grid.seed);
  command->footer(
      std::string("Examples:\n"
                  "  attngate sweep fastpath --save-path rows.csv                       the program's grid, fp16\n"
                  "  attngate sweep fastpath --save-path rows.csv --resume              goes on after Ctrl-C\n"
                  "  attngate sweep fastpath --dtype bf16 --batch-sizes 64 --b-values 1,31,61 --fast my_attention\n"
                  "  attngate sweep fastpath --device cpu --dtype fp32 --batch-sizes 2 --sequence-lengths 16 "
                  "--embed-dims 64 --n-heads 4\n") +
      sweep_exit_codes);
  command->callback([options, &chosen] { chosen = [options] { return run_fastpath(*options); }; });
}

}  // namespace attngate

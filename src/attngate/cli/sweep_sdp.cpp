#include <CLI/CLI.hpp>

#include <set>

#include "attngate/cli/common_options.h"
#include "attngate/cli/device_option.h"
#include "attngate/cli/number_option.h"
#include "attngate/cli/sweep_commands.h"
#include "attngate/cli/sweep_session.h"
#include "attngate/suite/tested_registry.h"
#include "attngate/sweep/sdp_sweep.h"
#include "attngate/workers/device.h"

namespace attngate {
namespace {

struct SdpCommandOptions : SweepCommandOptions {
  SdpGrid grid;
  std::vector<std::string> pad_percentages;
  bool no_single = false, no_grid = false;
  bool enable_math = false, disable_flash = false, disable_efficient = false, disable_cudnn = false;
};

int run_sdp(const SdpCommandOptions& options) {
  const PathRegistry registry = make_tested_registry();
  SdpGrid grid = options.grid;
  fill_in(grid, options, registry);
  grid.single = !options.no_single;
  grid.grid = !options.no_grid;
  grid.switches = {options.enable_math, !options.disable_flash, !options.disable_efficient, !options.disable_cudnn};
  if (!options.pad_percentages.empty()) grid.pad_percentages.clear();
  for (const std::string& text : options.pad_percentages) grid.pad_percentages.push_back(parse_pad_percentage(text));
  std::set<std::string> registered;
  for (const AttentionPath& path : registry.paths()) registered.insert({path.name, path.family});
  plan_sdp(grid, {}, registered);
  const c10::Device device = choose_device(options.device);
  const DeviceKey named = named_device(device);
  return run_plan(options, plan_sdp(grid, named, registered), named, device, registry);
}

}  // namespace

void add_sweep_sdp_command(CLI::App& sweep, Command& chosen) {
  auto options = std::make_shared<SdpCommandOptions>();
  SdpGrid& grid = options->grid;
  CLI::App* command =
      sweep.add_subcommand("sdp", "nn MHA against composite SDPA, as sdp.py: its single experiment and its grid");
  command->add_flag("--no-single", options->no_single,
                    "Leave the single experiment out: batch 128, 8 heads, length 512, embed 512, fp16, no padding");
  command->add_flag("--no-grid", options->no_grid, "Leave the grid out");
  add_numbers_option(*command, "--batch-sizes", grid.batch_sizes, {1, CaseRange::max_batch_size}, "Sequences");
  add_numbers_option(*command, "--num-heads", grid.heads, {1, CaseRange::max_num_heads}, "Numbers of heads");
  add_numbers_option(*command, "--max-sequence-lens", grid.max_sequence_lengths, {1, CaseRange::max_length},
                     "Longest lengths");
  add_numbers_option(*command, "--embed-dimensions", grid.embed_dimensions,
                     {1, CaseRange::max_num_heads * CaseRange::max_head_dim}, "Embedding dimensions");
  add_list_option(*command, "--pad-percentages", options->pad_percentages,
                  "none or a share from 0 to 0.95 (default: none,0.9); with padding the input is nested");
  command->add_flag("--enable-math", options->enable_math, "Switch SDPA's math backend on (the program: off)");
  command->add_flag("--disable-flash", options->disable_flash, "Switch flash off (the program: on)");
  command->add_flag("--disable-mem-efficient", options->disable_efficient,
                    "Switch memory efficient off (the program: on)");
  command->add_flag("--disable-cudnn", options->disable_cudnn, "Switch cuDNN off (the program: on)");
  add_sweep_options(*command, *options, "bf16,fp16,fp32", grid.seed);
  command->footer(
      std::string(
          "Examples:\n"
          "  attngate sweep sdp --save-path sdp.csv                             the program's seven experiments\n"
          "  attngate sweep sdp --no-single --dtype bf16 --pad-percentages none,0.5,0.9 --disable-cudnn\n"
          "  attngate sweep sdp --device cpu --enable-math --no-single --batch-sizes 4 --num-heads 4 "
          "--max-sequence-lens 32 "
          "--embed-dimensions 64\n") +
      sweep_exit_codes);
  command->callback([options, &chosen] { chosen = [options] { return run_sdp(*options); }; });
}

}  // namespace attngate

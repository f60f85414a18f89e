#include <CLI/CLI.hpp>

#include "attngate/cli/sweep_commands.h"

namespace attngate {

void add_sweep_command(CLI::App& app, Command& chosen) {
  CLI::App* sweep = app.add_subcommand("sweep", "Time the paths over the seed programs' grids, every row checked");
  sweep->require_subcommand(1);
  sweep->footer(
      "Examples:\n"
      "  attngate sweep fastpath --save-path rows.csv       better_transformer_vs_mha_functional.py\n"
      "  attngate sweep sdp --save-path sdp.csv             sdp.py\n"
      "`attngate sweep fastpath --help` and `attngate sweep sdp --help` have the options.");
  add_sweep_fastpath_command(*sweep, chosen);
  add_sweep_sdp_command(*sweep, chosen);
}

}  // namespace attngate

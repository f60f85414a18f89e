#include <CLI/CLI.hpp>

#include "attngate/cli/gate_commands.h"

namespace attngate {

void add_gate_command(CLI::App& app, Command& chosen) {
  CLI::App* gate = app.add_subcommand("gate", "Hold times and memory against bounds, with a stated error rate");
  gate->require_subcommand(1);
  gate->footer(
      "A gate is screened in one process and, where that flags it, confirmed in fresh ones; it fails only if both do "
      "(docs/gates.md).\n"
      "Examples:\n"
      "  attngate gate                                        all gates of this GPU, the same as `attngate gate run`\n"
      "  attngate gate --plant math                           options without a subcommand are those of `run`\n"
      "  attngate gate list --gate memory                     what there is\n"
      "  attngate gate calibrate --write-bounds bounds.json   bounds for another GPU\n"
      "  attngate gate compare before.json                    slower than this machine was before?\n"
      "  attngate gate study --json study.json                how often it fails what it must, and must not\n"
      "`attngate gate run --help` and so on have the options.");
  add_gate_run_command(*gate, chosen);
  add_gate_list_command(*gate, chosen);
  add_gate_calibrate_command(*gate, chosen);
  add_gate_compare_command(*gate, chosen);
  add_gate_study_command(*gate, chosen);
  add_gate_tally_command(*gate, chosen);
}

}  // namespace attngate

#pragma once

#include "attngate/cli/command.h"

namespace attngate {

// The subcommands of `attngate gate`.

void add_gate_run_command(CLI::App& gate, Command& chosen);
void add_gate_list_command(CLI::App& gate, Command& chosen);
void add_gate_calibrate_command(CLI::App& gate, Command& chosen);
void add_gate_compare_command(CLI::App& gate, Command& chosen);
void add_gate_study_command(CLI::App& gate, Command& chosen);
void add_gate_tally_command(CLI::App& gate, Command& chosen);

}  // namespace attngate

#pragma once

#include "attngate/cli/command.h"

namespace attngate {

// The subcommands of `attngate sweep`.

void add_sweep_fastpath_command(CLI::App& sweep, Command& chosen);
void add_sweep_sdp_command(CLI::App& sweep, Command& chosen);

}  // namespace attngate

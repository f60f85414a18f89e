#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace attngate {

/// What a chosen subcommand does once the command line is read; returns the exit code.
using Command = std::function<int()>;

/// Each adds one subcommand to `app` and sets `chosen` when the user picks it.
void add_check_command(CLI::App& app, Command& chosen);
void add_replay_command(CLI::App& app, Command& chosen);
void add_list_command(CLI::App& app, Command& chosen);
void add_faults_command(CLI::App& app, Command& chosen);
void add_gate_command(CLI::App& app, Command& chosen);
void add_sweep_command(CLI::App& app, Command& chosen);
void add_report_command(CLI::App& app, Command& chosen);

/// The whole command: reads the arguments, runs, turns every error into one line on stderr and an exit code.
int run_command(int argc, char** argv);

}  // namespace attngate

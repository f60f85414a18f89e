#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "attngate/decision/policy.h"
#include "attngate/gates/gate.h"
#include "attngate/gates/gate_run.h"
#include "attngate/source_folders.h"

namespace CLI {
class App;
}

namespace attngate {

/// Processes that a command may be told to start.
inline constexpr std::uint64_t most_processes = 1000;

/// Which gates.
struct GateChoice {
  std::vector<std::string> gates;
  std::vector<std::string> classes;
  std::string seed;
};

/// How they are measured. What a subcommand has no option for stays as it is here.
struct GateMeasuring : GateChoice {
  std::string device = "auto";
  std::string bounds = gate_bounds_file;
  double budget_seconds = GateOptions{}.budget_seconds;
  std::uint64_t pairs = Policy{}.screen_pairs;
  std::uint64_t process_pairs = Policy{}.pairs_per_process;
  std::uint64_t confirm = Policy{}.processes;
  std::string plant = "none";
  bool skip_without_gpu = false;
};

/// --gate, --class and --seed.
void add_gate_choice(CLI::App& command, GateChoice& choice);
/// Those, and --device, --bounds, --budget and --skip-without-gpu.
void add_gate_measuring(CLI::App& command, GateMeasuring& measuring);
/// --pairs, --process-pairs and --confirm: how gates are decided.
void add_pairs_option(CLI::App& command, GateMeasuring& measuring);
void add_process_pairs_option(CLI::App& command, GateMeasuring& measuring);
void add_confirm_option(CLI::App& command, GateMeasuring& measuring);

/// The gates of the catalogue that this seed draws and the choice names; throws UsageError for a name that none has.
std::vector<Gate> chosen_gates(const GateChoice& choice, std::uint64_t seed);

/// Throws UsageError for numbers that cannot decide anything, and for an unknown mistake.
GateOptions gate_options(const GateMeasuring& measuring, std::uint64_t seed);

}  // namespace attngate

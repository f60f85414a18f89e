#include "attngate/cli/gate_options.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>

#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/cli/common_options.h"
#include "attngate/cli/number_option.h"
#include "attngate/decision/sign_test.h"
#include "attngate/samples/sampling_plan.h"

namespace attngate {
namespace {

constexpr std::uint64_t most_pairs = 100'001;
constexpr const char* deciding = "How they are decided";

/// Whether the word is a part of the gate's name.
bool is_of(const Gate& gate, const std::string& word) {
  return (gate.name + ".").find("." + word + ".") != std::string::npos;
}

/// Under this heading of the help.
void group(CLI::App& command, const std::string& heading, const std::vector<std::string>& options) {
  for (const std::string& option : options) command.get_option(option)->group(heading);
}

}  // namespace

void add_gate_choice(CLI::App& command, GateChoice& choice) {
  command.add_option("--gate", choice.gates,
                     "Beginning of the names of the gates (default: all), see `attngate gate list`; repeatable");
  command.add_option("--class", choice.classes,
                     "Shape class or other part of the name (short, bf16, padding_90, ...); repeatable");
  add_seed_option(command, choice.seed);
  group(command, "Which gates", {"--gate", "--class", "--seed"});
}

void add_gate_measuring(CLI::App& command, GateMeasuring& measuring) {
  add_device_option(command, measuring.device);
  add_gate_choice(command, measuring);
  add_text_option(command, "--bounds", measuring.bounds, "File of bounds")->capture_default_str();
  add_number_option(command, "--budget", measuring.budget_seconds, {0.01, 3600},
                    "Seconds that the pairs of a screen may take; fewer pairs where they take longer");
  add_skip_without_gpu_flag(command, measuring.skip_without_gpu);
  group(command, "How they are measured", {"--device", "--budget", "--skip-without-gpu"});
  group(command, deciding, {"--bounds"});
}

void add_pairs_option(CLI::App& command, GateMeasuring& measuring) {
  add_number_option(command, "--pairs", measuring.pairs, {least_pairs, most_pairs},
                    "Pairs of a screen; half of them for path gates");
  group(command, deciding, {"--pairs"});
}

void add_process_pairs_option(CLI::App& command, GateMeasuring& measuring) {
  add_number_option(command, "--process-pairs", measuring.process_pairs, {least_pairs, most_pairs},
                    "Most pairs of each fresh process, and of roofline and memory gates");
  group(command, deciding, {"--process-pairs"});
}

void add_confirm_option(CLI::App& command, GateMeasuring& measuring) {
  add_number_option(command, "--confirm", measuring.confirm, {0, most_processes},
                    "Fresh processes that confirm a flagged gate; 0 leaves it inconclusive");
  group(command, deciding, {"--confirm"});
}

std::vector<Gate> chosen_gates(const GateChoice& choice, std::uint64_t seed) {
  std::vector<Gate> gates = chosen_gates(gate_catalogue(seed), choice.gates);
  if (choice.classes.empty()) return gates;
  for (const std::string& name : choice.classes) {
    if (std::ranges::none_of(gates, [&](const Gate& gate) { return is_of(gate, name); })) {
      throw UsageError("--class " + printable(name) +
                       ": none of the chosen gates is about it; `attngate gate list` shows them");
    }
  }
  std::erase_if(gates, [&](const Gate& gate) {
    return std::ranges::none_of(choice.classes, [&](const std::string& name) { return is_of(gate, name); });
  });
  return gates;
}

GateOptions gate_options(const GateMeasuring& measuring, std::uint64_t seed) {
  GateOptions options;
  options.seed = seed;
  options.policy.screen_pairs = measuring.pairs;
  options.policy.processes = measuring.confirm == 0 ? Policy{}.processes : measuring.confirm;
  options.confirm = measuring.confirm > 0;
  options.policy.pairs_per_process = measuring.process_pairs;
  options.budget_seconds = measuring.budget_seconds;
  options.mistake = parse_planted_mistake(measuring.plant);
  if (!options.policy.confirm_test().can_fail()) {
    throw UsageError(fmt::format(
        "--confirm {}: so few processes can never fail a gate at alpha {:g}; {} can, or 0 to confirm nothing",
        measuring.confirm, Policy{}.confirm_alpha, fewest_trials(Policy{}.confirm_alpha)));
  }
  return options;
}

}  // namespace attngate

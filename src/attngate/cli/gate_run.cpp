#include "attngate/gates/gate_run.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <set>

#include "attngate/base/elapsed.h"
#include "attngate/cli/common_options.h"
#include "attngate/cli/device_option.h"
#include "attngate/cli/gate_commands.h"
#include "attngate/cli/gate_session.h"
#include "attngate/cli/kept_file.h"
#include "attngate/cli/output_files.h"
#include "attngate/decision/power.h"
#include "attngate/gates/calibration.h"
#include "attngate/gates/gate_json.h"
#include "attngate/gates/gate_table.h"

namespace attngate {
namespace {

struct RunOptions : GateMeasuring {
  OwnGate own;
  std::string json;
  bool ctest_measurements = false;
  bool explain = false;
};

/// What the self gates' bounds can find, computed beforehand from the noise that such operators have shown.
void print_power(const GateSession& session) {
  // Pairs and process medians of a 217 us SDPA on an H200, docs/gates.md.
  constexpr NoiseModel noise{.pair_spread = 0.0058, .process_spread = 0.0018};
  std::set<std::string> told;
  for (const Gate& gate : session.gates) {
    if (gate.kind != GateKind::self || !told.insert(gate.bound_name()).second) continue;
    const BoundChoice choice = choose_bound(session.bounds, gate.bound_name(), gpu_kind(session.device));
    if (!choice.bound) continue;
    const double forgiven = choice.bound->value - 1;
    std::cout << fmt::format("{}, pairs that spread by {:.2f} % and processes by {:.2f} %:\n", gate.bound_name(),
                             100 * noise.pair_spread, 100 * noise.process_spread)
              << power_table_text(power_table(session.options.policy, *choice.bound, 0,
                                              {0, forgiven / 2, forgiven, 1.5 * forgiven, 2 * forgiven}, noise))
              << '\n';
  }
}

/// "PASS", "FAIL", ...: what people look for first.
std::string word_of(GateStatus status) {
  std::string word = to_string(status);
  std::ranges::transform(word, word.begin(), [](char letter) { return static_cast<char>(std::toupper(letter)); });
  return word;
}

/// Keeps the file of decisions up to date.
class DecisionsFile {
 public:
  DecisionsFile(const std::string& path, const GateSession& session) : file_(path), session_(session) {}

  void save(const std::vector<GateResult>& results) {
    if (file_.is_wanted()) file_.write(gates_to_json(session_.device, session_.options, results));
  }

  /// So that an interrupted run loses little; more often would cost more than the gates.
  void save_now_and_then(const std::vector<GateResult>& results) {
    if (since_last_.seconds() <= 5) return;
    save(results);
    since_last_ = {};
  }

  int tell(int code) { return file_.tell(code); }

 private:
  KeptFile file_;
  const GateSession& session_;
  Elapsed since_last_;
};

/// The failed gate of one's own where an operator of it is wrong; else empty.
std::vector<GateResult> results_of_wrong_operators(const RunOptions& options, const GateSession& session) {
  if (!options.own.wanted()) return {};
  const std::string wrong = wrong_result_of(options.own, session.registry, choose_device(options.device));
  if (wrong.empty()) return {};
  GateResult result;
  result.gate = session.gates.front();
  result.status = GateStatus::fail;
  result.line = wrong + "; its time says nothing, so none was taken";
  return {result};
}

int run_gates(const RunOptions& options) {
  if (const auto code = gates_cannot_start(options)) return *code;
  check_replaceable(options.json, gates_schema);
  GateSession session(options, options.own);
  make_way_for_json(options.json, gates_schema);  // last: what is refused takes nothing away
  DecisionsFile file(options.json, session);
  ProgressBar progress = gate_progress(session.gates.size());
  GateRunner runner(session.source, session.bounds, gpu_kind(session.device), session.options,
                    [&](const std::string& doing) { progress.doing(doing); });
  std::cout << to_string(session.device) << "\nseed " << fmt::format("{:#x}", session.seed) << "\n\n";
  if (options.explain) {
    std::cout << policy_text(session.options.policy) << "\n\n";
    print_power(session);
  }
  std::vector<GateResult> decided;
  const auto on_result = [&](const GateResult& result) {
    progress.clear();
    std::cout << word_of(result.status) << "  " << result.gate.name << ": " << result.line << std::endl;
    if (options.ctest_measurements) write_measurements_of(std::cout, result);
    decided.push_back(result);
    file.save_now_and_then(decided);
  };
  std::vector<GateResult> results = results_of_wrong_operators(options, session);
  if (results.empty()) {
    results = runner.run(session.gates, on_result);
  } else {
    on_result(results.front());
  }
  progress.clear();
  file.save(results);  // in the order of the gates
  const RunVerdict verdict = verdict_of(results);
  std::cout << '\n';
  print_gate_table(std::cout, results);
  std::cout << '\n' << policy_in_short(session.options.policy) << "\n\n" << verdict.text << '\n';
  return file.tell(gates_exit_code(results, verdict.fails));
}

}  // namespace

void add_gate_run_command(CLI::App& gate, Command& chosen) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = gate.add_subcommand("run", "Judge gates: what `attngate gate` does without a subcommand");
  add_gate_measuring(*command, *options);
  add_pairs_option(*command, *options);
  add_process_pairs_option(*command, *options);
  add_confirm_option(*command, *options);
  add_text_option(*command, "--plant", options->plant,
                  "Make this mistake in the candidates, to see it caught: math, padding, upcast")
      ->capture_default_str();
  add_text_option(*command, "--json", options->json, "File for decisions and every sample; - for standard output");
  command->add_flag("--explain", options->explain,
                    "Print the rule with its error rates, and what slowdowns it can find, before the run");
  add_ctest_measurements_flag(*command, options->ctest_measurements);
  add_own_gate(*command, options->own);
  command->footer(
      "Examples:\n"
      "  attngate gate run                                  all gates of this GPU\n"
      "  attngate gate run --gate path.fast_vs_slow --class padding_90 --json gates.json\n"
      "  attngate gate run --plant math                     the gates on a path that fell off its fused kernel\n"
      "  attngate gate run --case 'dtype=bf16 heads=16 head_dim=64 lengths=512x64' --candidate my_attention \\\n"
      "                    --base nn_mha_slow.efficient --least-speedup 1.5\n"
      "Exit code: 0 all pass, 1 a gate fails or too many are inconclusive, 2 bad usage, 77 all were skipped.");
  command->callback([options, &chosen] { chosen = [options] { return run_gates(*options); }; });
}

}  // namespace attngate

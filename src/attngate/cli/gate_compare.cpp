#include <CLI/CLI.hpp>

#include <iostream>

#include "attngate/cli/gate_commands.h"
#include "attngate/cli/gate_session.h"
#include "attngate/gates/baseline_check.h"

namespace attngate {
namespace {

struct CompareOptions : GateMeasuring {
  std::string baseline;
};

int compare(const CompareOptions& options) {
  if (const auto code = gates_cannot_start(options)) return *code;
  const Baseline baseline = read_baseline(options.baseline);
  GateSession session(options);
  ProgressBar progress = gate_progress(2 * session.gates.size());
  const std::vector<BaselineResult> results =
      check_against_baseline(session.source, session.device, session.bounds, session.gates, baseline, session.options,
                             [&](const std::string& doing) { progress.doing(doing); });
  progress.clear();
  std::cout << to_string(session.device) << '\n' << device_note(baseline, session.device);
  print_baseline_check(std::cout, results);
  return gates_exit_code(results, verdict_of(results).fails);
}

}  // namespace

void add_gate_compare_command(CLI::App& gate, Command& chosen) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* command = gate.add_subcommand("compare", "Compare with the baseline that a calibration left behind");
  command->add_option("BASELINE", options->baseline, "File of `attngate gate calibrate --baseline`")->required();
  add_gate_measuring(*command, *options);
  command->footer(
      "By fresh processes, of as many pairs as those of the baseline. Gates without an entry are skipped, and so are "
      "all\n"
      "with another GPU, driver or LibTorch.\n"
      "Example:\n"
      "  attngate gate compare h200.json --gate path\n"
      "Exit code: 0 nothing is slower, 1 a gate fails or too many are inconclusive, 2 bad usage, 77 all were skipped.");
  command->callback([options, &chosen] { chosen = [options] { return compare(*options); }; });
}

}  // namespace attngate

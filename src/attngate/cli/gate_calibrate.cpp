#include <CLI/CLI.hpp>

#include <iostream>

#include "attngate/cli/common_options.h"
#include "attngate/cli/gate_commands.h"
#include "attngate/cli/gate_session.h"
#include "attngate/cli/kept_file.h"
#include "attngate/cli/number_option.h"
#include "attngate/cli/output_files.h"
#include "attngate/gates/calibration.h"

namespace attngate {
namespace {

struct CalibrateOptions : GateMeasuring {
  OwnGate own;
  std::uint64_t processes = 20;
  std::string baseline, write_bounds;
  bool replace_bounds = false, loosen_bounds = false;
};

StandingBounds standing_bounds(const CalibrateOptions& options) {
  if (options.replace_bounds) return StandingBounds::replaced;
  return options.loosen_bounds ? StandingBounds::replaced_where_tighter : StandingBounds::kept;
}

int calibrate(const CalibrateOptions& options) {
  if (const auto code = gates_cannot_start(options)) return *code;
  check_replaceable(options.baseline, baseline_schema, "--baseline");
  check_replaceable(options.write_bounds, bounds_schema, "--write-bounds");
  check_different("--write-bounds", options.write_bounds, "--baseline", options.baseline);
  GateSession session(options, options.own);
  KeptFile baseline(options.baseline), bounds(options.write_bounds);
  const auto save = [&](const Calibration& calibration) {
    if (baseline.is_wanted() && !calibration.baseline.entries.empty())
      baseline.write(baseline_to_json(calibration.baseline));
    if (bounds.is_wanted())
      bounds.write(gate_bounds_to_json(with_proposals(session.bounds, calibration, standing_bounds(options))));
  };
  // Each process draws random cases of its own: bounds are about a distribution of shapes.
  const auto gates_of = [&](std::uint64_t process) {
    return options.own.wanted() ? session.gates : chosen_gates(options, session.seed + process);
  };
  ProgressBar progress = gate_progress(options.processes);
  const Calibration calibration = calibrate_gates(
      session.source, session.device, session.bounds, gates_of, {options.processes, session.options},
      [&](const std::string& doing) { progress.doing(doing); }, save);
  progress.clear();
  print_calibration(std::cout, calibration);
  return bounds.tell(baseline.tell(calibration.proposals.empty() ? exit_code::failed : exit_code::holds));
}

}  // namespace

void add_gate_calibrate_command(CLI::App& gate, Command& chosen) {
  auto options = std::make_shared<CalibrateOptions>();
  CLI::App* command =
      gate.add_subcommand("calibrate", "Measure every gate in fresh processes, and propose bounds for this GPU");
  add_gate_measuring(*command, *options);
  add_process_pairs_option(*command, *options);
  add_number_option(*command, "--processes", options->processes, {least_calibration_processes, most_processes},
                    "Fresh processes");
  add_text_option(*command, "--baseline", options->baseline, "File for what was measured, for `attngate gate compare`");
  CLI::Option* const bounds = add_text_option(*command, "--write-bounds", options->write_bounds,
                                              "File for the bounds, with proposed ones where this GPU has none");
  CLI::Option* const replace = command
                                   ->add_flag("--replace-bounds", options->replace_bounds,
                                              "... and in the place of those that stand there for this GPU")
                                   ->needs(bounds);
  command
      ->add_flag("--loosen-bounds", options->loosen_bounds,
                 "... or only where the proposed bound is looser: for another GPU of the same name")
      ->needs(bounds)
      ->excludes(replace);
  add_own_gate(*command, options->own);
  command->footer(
      "Leave the machine alone meanwhile. Both files are written anew after each process.\n"
      "Examples:\n"
      "  attngate gate calibrate --baseline h200.json --write-bounds data/gate_bounds.json\n"
      "  attngate gate calibrate --gate path --write-bounds bounds.json --loosen-bounds\n"
      "Exit code: 0 bounds are proposed, 1 none could be, 2 bad usage.");
  command->callback([options, &chosen] { chosen = [options] { return calibrate(*options); }; });
}

}  // namespace attngate

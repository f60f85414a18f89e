#include "attngate/gates/gate_study.h"

#include <CLI/CLI.hpp>

#include <iostream>

#include "attngate/base/strict_json.h"
#include "attngate/base/usage_error.h"
#include "attngate/cli/common_options.h"
#include "attngate/cli/gate_commands.h"
#include "attngate/cli/gate_session.h"
#include "attngate/cli/kept_file.h"
#include "attngate/cli/number_option.h"
#include "attngate/cli/output_files.h"
#include "attngate/gates/calibration.h"

namespace attngate {
namespace {

struct StudyCommandOptions : GateMeasuring {
  std::uint64_t processes = StudyOptions{}.processes;
  std::string json;
};

struct TallyOptions {
  std::string study;
  std::string json;
};

void save(const GateStudy& study, const std::string& device, KeptFile& file) {
  if (file.is_wanted()) file.write(study_to_json(study, device));
}

int study(const StudyCommandOptions& options) {
  if (options.process_pairs > options.pairs) {
    throw UsageError(
        "a study draws a process's pairs from the --pairs that it takes: --process-pairs must not be more");
  }
  if (const auto code = gates_cannot_start(options)) return *code;
  check_replaceable(options.json, gate_study_schema);
  GateSession session(options);
  make_way_for_json(options.json, gate_study_schema);  // last: what is refused takes nothing away
  const std::string device = to_string(session.device);
  KeptFile file(options.json);
  ProgressBar progress = gate_progress(options.processes);
  const GateStudy study = study_gates(
      session.source, session.bounds, gpu_kind(session.device), session.gates, {options.processes, session.options},
      [&](const std::string& doing) { progress.doing(doing); },
      [&](const GateStudy& so_far) { save(so_far, device, file); });
  progress.clear();
  print_study(std::cout, study);
  save(study, device, file);
  return file.tell(exit_code::holds);
}

/// Needs no GPU: the samples are there.
int tally(const TallyOptions& options) {
  check_replaceable(options.json, gate_study_schema);
  check_different("--json", options.json, "STUDY", options.study);
  StoredStudy stored = study_from_json(read_gate_file(options.study, "study '" + options.study + "'"));
  KeptFile file(options.json);
  std::cout << stored.device << '\n';
  decide_anew(stored.study, StudyOptions{}.decisions);
  print_study(std::cout, stored.study);
  save(stored.study, stored.device, file);
  return file.tell(exit_code::holds);
}

}  // namespace

void add_gate_study_command(CLI::App& gate, Command& chosen) {
  auto options = std::make_shared<StudyCommandOptions>();
  CLI::App* command = gate.add_subcommand("study", "Measure the self gates' error rates over fresh processes");
  add_gate_measuring(*command, *options);
  add_number_option(*command, "--processes", options->processes, {Policy{}.processes + 1, most_processes},
                    "Fresh processes, each of which measures every slowdown");
  add_pairs_option(*command, *options);
  add_process_pairs_option(*command, *options);
  add_confirm_option(*command, *options);
  add_text_option(*command, "--json", options->json, "File for every ratio, written anew after each process");
  command->footer(
      "Slowdowns of 0 to 3 times what a bound forgives are planted, and thousands of decisions drawn from the pairs.\n"
      "Example:\n"
      "  attngate gate study --gate self --json study.json && tools/plot.py gate study.json -o detection.svg\n"
      "An interrupted study is not lost: `attngate gate tally study.json`.");
  command->callback([options, &chosen] { chosen = [options] { return study(*options); }; });
}

void add_gate_tally_command(CLI::App& gate, Command& chosen) {
  auto options = std::make_shared<TallyOptions>();
  CLI::App* command =
      gate.add_subcommand("tally", "Draw a study's decisions anew from its file, by its policy, without a GPU");
  command->add_option("STUDY", options->study, "File of `attngate gate study --json`, an interrupted one's too")
      ->required();
  add_text_option(*command, "--json", options->json, "File for the study with its tallies");
  command->footer("Example:\n  attngate gate tally study.json --json tallied.json");
  command->callback([options, &chosen] { chosen = [options] { return tally(*options); }; });
}

}  // namespace attngate

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <set>

#include "attngate/base/atomic_file.h"
#include "attngate/base/exit_code.h"
#include "attngate/base/printable.h"
#include "attngate/base/progress_bar.h"
#include "attngate/base/strict_json.h"
#include "attngate/base/text_table.h"
#include "attngate/case/text.h"
#include "attngate/cli/command.h"
#include "attngate/cli/device_option.h"
#include "attngate/cli/seed_option.h"
#include "attngate/decision/power.h"
#include "attngate/gates/baseline_check.h"
#include "attngate/gates/calibration.h"
#include "attngate/gates/gate_json.h"
#include "attngate/gates/gate_study.h"
#include "attngate/gates/gate_table.h"
#include "attngate/run/environment.h"
#include "attngate/samples/sampling_plan.h"
#include "attngate/source_folders.h"
#include "attngate/suite/property_run.h"
#include "attngate/suite/tested_registry.h"
#include "attngate/workers/device.h"
#include "attngate/workers/sampling_worker.h"

namespace attngate {
namespace {

constexpr std::uint64_t most_pairs = 100'001;
constexpr std::uint64_t most_processes = 1000;

struct GateCommandOptions {
  std::string device = "auto";
  std::vector<std::string> gates;
  std::vector<std::string> classes;
  std::uint64_t pairs = Policy{}.screen_pairs;
  std::uint64_t confirm = Policy{}.processes;
  std::uint64_t process_pairs = Policy{}.pairs_per_process;
  double budget_seconds = GateOptions{}.budget_seconds;
  std::string seed;
  /// What `seed` comes to, drawn once.
  std::uint64_t chosen_seed = 0;
  std::string bounds = gate_bounds_file;
  std::string plant = "none";
  std::string json;
  // A gate of the user's own.
  std::string line, candidate, base;
  std::optional<double> least_speedup, most_ratio;
  std::string quantity = to_string(Quantity::gpu_time);
  // Other jobs than gating.
  bool list = false;
  std::optional<std::uint64_t> calibrate;
  std::string baseline, write_bounds, against;
  std::string study_from;
  bool replace_bounds = false;
  bool loosen_bounds = false;
  std::optional<std::uint64_t> study;
  bool skip_without_gpu = false;
  bool ctest_measurements = false;

  bool own_gate() const { return !line.empty() || !candidate.empty() || !base.empty() || least_speedup || most_ratio; }
};

GateOptions gate_options(const GateCommandOptions& options) {
  GateOptions chosen;
  chosen.seed = options.chosen_seed;
  chosen.policy.screen_pairs = options.pairs;
  chosen.policy.processes = options.confirm == 0 ? Policy{}.processes : options.confirm;
  chosen.confirm = options.confirm > 0;
  chosen.policy.pairs_per_process = options.process_pairs;
  chosen.budget_seconds = options.budget_seconds;
  chosen.mistake = parse_planted_mistake(options.plant);
  return chosen;
}

/// What LibTorch's paths work on; others are taken to work on padded input, as far as their FLOP/s are concerned.
InputForm form_of(const std::string& path) {
  return path.starts_with("nn_mha_fast.") || path.starts_with("composite_sdpa_nested") ? InputForm::nested
                                                                                       : InputForm::padded;
}

/// The gate that --case, --candidate, --base and a bound describe.
Gate own_gate(const GateCommandOptions& options) {
  if (options.line.empty() || options.candidate.empty() || options.base.empty() ||
      options.least_speedup.has_value() == options.most_ratio.has_value()) {
    throw UsageError(
        "a gate of your own takes --case, --candidate, --base and one of --least-speedup and --most-ratio");
  }
  Gate gate;
  gate.name = "gate.own";
  gate.attention_case = parse_line(options.line);
  gate.candidate = {options.candidate, options.candidate, form_of(options.candidate)};
  gate.base = {options.base, options.base, form_of(options.base)};
  const std::optional<Quantity> quantity = quantity_named(options.quantity);
  if (!quantity)
    throw UsageError("--quantity " + printable(options.quantity) +
                     ": must be gpu_time, throughput or isolated_latency");
  gate.quantity = *quantity;
  return gate;
}

/// A path of the registry or sdpa.<backend>; a wrong name is told before anything is measured.
void check_operator(const PathRegistry& registry, const char* option, const std::string& name) {
  const bool bare = name == "sdpa.flash" || name == "sdpa.efficient" || name == "sdpa.math" || name == "sdpa.cudnn";
  if (bare || registry.find(name) != nullptr) return;
  throw UsageError(std::string(option) + " " + printable(name) +
                   ": must be sdpa.flash, sdpa.efficient, sdpa.math, sdpa.cudnn or one of " + registry.names());
}

GateBound own_bound(const GateCommandOptions& options, const std::string& compute_capability) {
  const bool speedup = options.least_speedup.has_value();
  const double value = speedup ? *options.least_speedup : *options.most_ratio;
  return {"gate.own",
          options.quantity,
          speedup ? BoundKind::required_speedup : BoundKind::upper_ratio,
          "a gate of your own",
          {{compute_capability, value, speedup ? "--least-speedup" : "--most-ratio"}}};
}

std::vector<Gate> gates_to_run(const GateCommandOptions& options, std::uint64_t seed) {
  if (options.own_gate()) return {own_gate(options)};
  std::vector<Gate> gates = chosen_gates(gate_catalogue(seed), options.gates);
  if (options.classes.empty()) return gates;
  const auto is_of = [](const Gate& gate, const std::string& name) {
    return (gate.name + ".").find("." + name + ".") != std::string::npos;
  };
  for (const std::string& name : options.classes) {
    if (std::ranges::none_of(gates, [&](const Gate& gate) { return is_of(gate, name); })) {
      throw UsageError("--class " + printable(name) +
                       ": none of the chosen gates is about it; `attngate gate --list` shows them");
    }
  }
  std::erase_if(gates, [&](const Gate& gate) {
    return std::ranges::none_of(options.classes, [&](const std::string& name) { return is_of(gate, name); });
  });
  return gates;
}

int list_gates(const GateCommandOptions& options) {
  TextTable table(
      {{"gate"}, {"candidate"}, {"base"}, {"sequences", Align::right}, {"tokens", Align::right}, {"measures"}});
  for (const Gate& gate : gates_to_run(options, options.chosen_seed)) {
    table.add_row({gate.name, gate.candidate.name, gate.kind == GateKind::roofline ? gate.base.label : gate.base.name,
                   fmt::format("{}", gate.attention_case.batch_size()),
                   fmt::format("{}", gate.attention_case.total_tokens()),
                   gate.kind == GateKind::memory ? "peak_bytes" : to_string(gate.quantity)});
  }
  std::cout << table.text();
  return exit_code::holds;
}

/// What every job of the command works with.
struct GateSession {
  const GateCommandOptions& options;
  SampleSource& source;
  DeviceKey device;
  std::vector<GateBound> bounds;
  std::vector<Gate> gates;
};

int end_of(const std::vector<GateResult>& results, const RunVerdict& verdict) {
  const bool all_skipped =
      std::ranges::all_of(results, [](const GateResult& result) { return result.status == GateStatus::skipped; });
  if (all_skipped) return exit_code::skipped;
  return verdict.fails ? exit_code::failed : exit_code::holds;
}

/// What the self gates' bounds can find, computed beforehand from the noise that such operators have shown.
void print_power(const GateSession& session, const Policy& policy) {
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
              << power_table_text(power_table(policy, *choice.bound, 0,
                                              {0, forgiven / 2, forgiven, 1.5 * forgiven, 2 * forgiven}, noise))
              << '\n';
  }
}

int run_gates(const GateSession& session) {
  const GateOptions options = gate_options(session.options);
  ProgressBar progress(session.gates.size(), "attngate gate");
  GateRunner runner(session.source, session.bounds, gpu_kind(session.device), options,
                    [&](const std::string& doing) { progress.doing(doing); });
  std::cout << to_string(session.device) << '\n'
            << policy_text(options.policy) << "\nseed " << fmt::format("{:#x}", options.seed) << "\n\n";
  print_power(session, options.policy);
  std::vector<GateResult> decided;
  auto saved = std::chrono::steady_clock::now();
  const auto save = [&](const std::vector<GateResult>& results) {
    if (!session.options.json.empty())
      write_atomically(session.options.json, gates_to_json(session.device, options, results));
  };
  const std::vector<GateResult> results = runner.run(session.gates, [&](const GateResult& result) {
    progress.clear();
    std::cout << result.gate.name << ": " << result.line << std::endl;
    if (session.options.ctest_measurements) write_measurements_of(std::cout, result);
    decided.push_back(result);
    // So that an interrupted run loses little; more often would cost more than the gates.
    if (const auto now = std::chrono::steady_clock::now(); now - saved > std::chrono::seconds(5)) {
      save(decided);
      saved = now;
    }
  });
  progress.clear();
  save(results);  // in the order of the gates
  const RunVerdict verdict = verdict_of(results);
  std::cout << '\n';
  print_gate_table(std::cout, results);
  std::cout << '\n' << verdict.text << '\n';
  return end_of(results, verdict);
}

int calibrate(const GateSession& session) {
  const GateCommandOptions& options = session.options;
  const std::uint64_t seed = options.chosen_seed;
  const StandingBounds standing = options.replace_bounds  ? StandingBounds::replaced
                                  : options.loosen_bounds ? StandingBounds::replaced_where_tighter
                                                          : StandingBounds::kept;
  const auto save = [&](const Calibration& calibration) {
    if (!options.baseline.empty() && !calibration.baseline.entries.empty())
      write_baseline(options.baseline, calibration.baseline);
    if (options.write_bounds.empty()) return;
    write_atomically(options.write_bounds, gate_bounds_to_json(with_proposals(session.bounds, calibration, standing)));
  };
  ProgressBar progress(*options.calibrate, "attngate gate");
  // Each process draws random cases of its own: bounds are about a distribution of shapes.
  const Calibration calibration = calibrate_gates(
      session.source, session.device, session.bounds,
      [&](std::uint64_t process) { return gates_to_run(options, seed + process); },
      {*options.calibrate, gate_options(options)}, [&](const std::string& doing) { progress.doing(doing); }, save);
  progress.clear();
  print_calibration(std::cout, calibration);
  return calibration.proposals.empty() ? exit_code::failed : exit_code::holds;
}

void show_study(const GateStudy& study, const std::string& device, const GateCommandOptions& options) {
  print_study(std::cout, study);
  if (!options.json.empty()) write_atomically(options.json, study_to_json(study, device));
}

int study(const GateSession& session) {
  const auto save = [&](const GateStudy& study) {
    if (!session.options.json.empty())
      write_atomically(session.options.json, study_to_json(study, to_string(session.device)));
  };
  ProgressBar progress(*session.options.study, "attngate gate");
  const GateStudy study = study_gates(
      session.source, session.bounds, gpu_kind(session.device), session.gates,
      {*session.options.study, gate_options(session.options)}, [&](const std::string& doing) { progress.doing(doing); },
      save);
  progress.clear();
  show_study(study, to_string(session.device), session.options);
  return exit_code::holds;
}

/// Needs no GPU: the samples are there.
int study_anew(const GateCommandOptions& options) {
  StoredStudy stored = study_from_json(read_gate_file(options.study_from, "study '" + options.study_from + "'"));
  std::cout << stored.device << '\n';
  decide_anew(stored.study, StudyOptions{}.decisions);
  show_study(stored.study, stored.device, options);
  return exit_code::holds;
}

int compare_with_record(const GateSession& session, const Baseline& record) {
  ProgressBar progress(2 * session.gates.size(), "attngate gate");
  const std::vector<BaselineResult> results =
      check_against_baseline(session.source, session.device, session.bounds, session.gates, record,
                             gate_options(session.options), [&](const std::string& doing) { progress.doing(doing); });
  progress.clear();
  std::cout << to_string(session.device) << '\n' << device_note(record, session.device);
  print_baseline_check(std::cout, results);
  const bool all_skipped =
      std::ranges::all_of(results, [](const BaselineResult& result) { return result.status == GateStatus::skipped; });
  if (all_skipped) return exit_code::skipped;
  return verdict_of(results).fails ? exit_code::failed : exit_code::holds;
}

/// Options that mean something beside another one only.
void check_combination(const GateCommandOptions& options) {
  const auto needs = [](const std::string& value, const char* option, bool has_other, const char* other) {
    if (!value.empty() && !has_other) throw UsageError(std::string(option) + " needs " + other);
  };
  needs(options.baseline, "--baseline", options.calibrate.has_value(), "--calibrate");
  needs(options.write_bounds, "--write-bounds", options.calibrate.has_value(), "--calibrate");
  if (options.write_bounds.empty() && (options.replace_bounds || options.loosen_bounds)) {
    throw UsageError(std::string(options.replace_bounds ? "--replace-bounds" : "--loosen-bounds") +
                     " needs --write-bounds");
  }
  if (options.study.has_value() + options.calibrate.has_value() + !options.against.empty() +
          !options.study_from.empty() >
      1) {
    throw UsageError("--study, --study-from, --calibrate and --against are runs of their own");
  }
  if (options.study && options.process_pairs > options.pairs) {
    throw UsageError(
        "--study draws a process's pairs from the --pairs that it takes: --process-pairs must not be more");
  }
  if (!gate_options(options).policy.confirm_test().can_fail()) {
    throw UsageError(fmt::format(
        "--confirm {}: so few processes can never fail a gate at alpha {:g}; {} can, or 0 to confirm nothing",
        options.confirm, Policy{}.confirm_alpha, fewest_trials(Policy{}.confirm_alpha)));
  }
  if (options.own_gate() && !options.against.empty())
    throw UsageError("--against compares the gates of --list, not one of your own");
}

void check_files(const GateCommandOptions& options) {
  for (const std::string& file : {options.json, options.baseline, options.write_bounds}) {
    if (!file.empty()) check_writable(file);
  }
}

int run_gate_command(GateCommandOptions options) {
  options.chosen_seed = chosen_seed(options.seed);
  check_combination(options);
  if (options.list) return list_gates(options);
  if (!options.study_from.empty()) {
    check_files(options);
    return study_anew(options);
  }
  use_gpu_from_ctest();
  if (const auto code = options.skip_without_gpu ? code_without_gpu(options.device) : std::nullopt) return *code;
  std::vector<Gate> gates =
      gates_to_run(options, options.chosen_seed);  // a wrong name is told before any time is spent
  gate_options(options);
  std::vector<GateBound> bounds = read_gate_bounds(options.bounds);
  check_files(options);
  std::optional<Baseline> record;
  if (!options.against.empty()) record = read_baseline(options.against);
  const PathRegistry registry = make_tested_registry();
  if (options.own_gate()) {
    check_operator(registry, "--candidate", options.candidate);
    check_operator(registry, "--base", options.base);
  }
  WorkerSampleSource source(registry, choose_device(options.device));
  GateSession session{options, source, source.device_key(), std::move(bounds), std::move(gates)};
  if (options.own_gate()) session.bounds = {own_bound(options, gpu_kind(session.device).compute_capability)};
  if (options.calibrate) return calibrate(session);
  if (options.study) return study(session);
  if (record) return compare_with_record(session, *record);
  return run_gates(session);
}

}  // namespace

void add_gate_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<GateCommandOptions>();
  CLI::App* command = app.add_subcommand("gate", "Hold times and memory against bounds, with a stated error rate");
  command->add_option("--device", options->device, "cpu, cuda, or auto: a GPU where there is one")
      ->capture_default_str();
  command->add_option("--gate", options->gates,
                      "Beginning of the names of the gates to run (default: all), see --list; repeatable");
  command->add_option("--class", options->classes,
                      "Shape class or other part of the name (short, bf16, padding_90, ...); repeatable");
  command->add_option("--pairs", options->pairs, "Pairs of a screen; half of them for path gates")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{least_pairs}, most_pairs));
  command
      ->add_option("--budget", options->budget_seconds,
                   "Seconds that the pairs of a screen may take; fewer pairs where they take longer")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 3600.0));
  command
      ->add_option("--confirm", options->confirm,
                   "Fresh processes that confirm a flagged gate; 0 leaves it inconclusive")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{0}, most_processes));
  command
      ->add_option("--process-pairs", options->process_pairs,
                   "Most pairs of each fresh process, and of roofline and memory gates; --against takes the baseline's")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{least_pairs}, most_pairs));
  command
      ->add_option("--seed", options->seed,
                   "Number, 0x hex, or `random` (default: ATTNGATE_SEED, else the same each run)")
      ->check(refuse_empty);
  command->add_option("--bounds", options->bounds, "File of bounds")->capture_default_str()->check(refuse_empty);
  command
      ->add_option("--plant", options->plant,
                   "Make this mistake in the candidates, to see it caught: math, padding, upcast")
      ->capture_default_str();
  command->add_option("--json", options->json, "File for decisions and every sample")->check(refuse_empty);
  command->add_flag("--list", options->list, "Show the gates and run nothing");
  command->add_option("--case", options->line, "A gate of your own: the case")->check(refuse_empty);
  command->add_option("--candidate", options->candidate, "... the path that must be fast, or sdpa.BACKEND")
      ->check(refuse_empty);
  command->add_option("--base", options->base, "... the path that it is held against")->check(refuse_empty);
  command->add_option("--least-speedup", options->least_speedup, "... how many times as fast it must be")
      ->check(CLI::PositiveNumber);
  command->add_option("--most-ratio", options->most_ratio, "... or its time over the base's, at most")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--quantity", options->quantity,
                   "... what is timed: gpu_time, throughput (launches and waits included) or isolated_latency")
      ->capture_default_str();
  command
      ->add_option("--calibrate", options->calibrate,
                   "Measure every gate in that many fresh processes, and propose bounds")
      ->check(CLI::Range(std::uint64_t{least_calibration_processes}, most_processes));
  command->add_option("--baseline", options->baseline, "File for what the calibration measured")->check(refuse_empty);
  command
      ->add_option("--write-bounds", options->write_bounds,
                   "File for the bounds, with proposed ones where this GPU has none")
      ->check(refuse_empty);
  command->add_flag("--replace-bounds", options->replace_bounds,
                    "... and in the place of those that stand there for this GPU");
  command
      ->add_flag("--loosen-bounds", options->loosen_bounds,
                 "... or only where the proposed bound is looser: for another GPU of the same name")
      ->excludes("--replace-bounds");
  command
      ->add_option("--against", options->against,
                   "Compare with this baseline instead, by fresh processes; another GPU, driver or LibTorch skips")
      ->check(refuse_empty)
      ->excludes("--process-pairs");
  command->add_option("--study", options->study, "Measure the self gates' error rates over that many fresh processes")
      ->check(CLI::Range(std::uint64_t{Policy{}.processes + 1}, most_processes));
  command
      ->add_option("--study-from", options->study_from,
                   "Tally a study's decisions anew from its --json file and by its policy, an interrupted one's too")
      ->check(refuse_empty)
      ->excludes("--pairs")
      ->excludes("--process-pairs")
      ->excludes("--confirm");
  command->add_flag("--ctest-measurements", options->ctest_measurements, "Print CTest's measurement tags");
  command->add_flag("--skip-without-gpu", options->skip_without_gpu,
                    "With --device cuda and no GPU, end with 77 in place of 2, unless ATTNGATE_REQUIRE_GPU=1");
  command->footer(
      "A gate is screened in one process and, where that flags it, confirmed in fresh ones; it fails only if both do "
      "(docs/gates.md).\n"
      "Examples:\n"
      "  attngate gate                                      all gates of this GPU\n"
      "  attngate gate --gate path.fast_vs_slow --class padding_90 --json gates.json\n"
      "  attngate gate --plant math                         the gates on a path that fell off its fused kernel\n"
      "  attngate gate --case 'dtype=bf16 heads=16 head_dim=64 lengths=512x64' --candidate my_attention \\\n"
      "                --base nn_mha_slow.efficient --least-speedup 1.5\n"
      "Exit code: 0 all pass, 1 a gate fails or too many are inconclusive, 2 bad usage, 77 all were skipped.");
  command->callback([options, &chosen] { chosen = [options] { return run_gate_command(*options); }; });
}

}  // namespace attngate

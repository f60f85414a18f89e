#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>

#include "attngate/base/exit_code.h"
#include "attngate/base/fnv.h"
#include "attngate/base/input_file.h"
#include "attngate/base/joined.h"
#include "attngate/base/printable.h"
#include "attngate/base/text_table.h"
#include "attngate/case/text.h"
#include "attngate/cli/chosen.h"
#include "attngate/cli/command.h"
#include "attngate/cli/common_options.h"
#include "attngate/cli/device_option.h"
#include "attngate/cli/kept_file.h"
#include "attngate/cli/output_files.h"
#include "attngate/faults/judge.h"
#include "attngate/faults/rival.h"
#include "attngate/kill_rate/report.h"
#include "attngate/run/environment.h"
#include "attngate/run/stop_request.h"
#include "attngate/source_folders.h"
#include "attngate/suite/property_run.h"
#include "attngate/workers/device.h"
#include "attngate/workers/worker.h"

namespace attngate {
namespace {

using faults::Fault;
using faults::FaultRun;
using faults::Judgement;

constexpr std::uint64_t default_cases_cpu = 1000, default_cases_cuda = 1500;
/// What --corpus says for none.
constexpr const char* no_corpus = "none";

/// `agreement` for other backends and sizes, and for known issues: a fault, which has no backend, runs in each as it
/// does in `agreement`.
constexpr std::string_view lanes_of_agreement[] = {"agreement_math",     "agreement_cudnn",   "agreement_large",
                                                   "agreement_compiled", "agreement_graphed", "known_issues"};

struct FaultsOptions {
  std::string device = "auto";
  std::vector<std::string> dtypes;
  std::vector<std::string> faults;
  std::vector<std::string> properties;
  std::optional<std::uint64_t> cases;
  std::optional<double> seconds;
  std::optional<double> case_timeout;
  std::string seed;
  std::string corpus = corpus_folder;
  std::string json;
  bool resume = false;
  bool list = false;
  bool no_rivals = false;
  bool skip_without_gpu = false;
  bool ctest_measurements = false;
};

std::vector<const Property*> properties_to_run(const FaultsOptions& options) {
  std::vector<const Property*> chosen = chosen_properties(options.properties);
  if (!chosen.empty()) return chosen;
  for (const Property& property : properties()) {
    if (std::ranges::count(lanes_of_agreement, property.name) == 0) chosen.push_back(&property);
  }
  return chosen;
}

/// The faults that --fault names, or all; fresh ones each time.
std::vector<Fault> chosen_faults(const FaultsOptions& options) {
  std::vector<Fault> all = faults::all_faults();
  if (options.faults.empty()) return all;
  std::vector<Fault> chosen;
  for (const std::string& name : options.faults) {
    const auto found = std::ranges::find(all, name, &Fault::name);
    if (found == all.end()) {
      throw UsageError("--fault " + printable(name) + ": no such fault; `attngate faults --list` shows all");
    }
    chosen.push_back(*found);
  }
  return chosen;
}

int list_faults(const FaultsOptions& options) {
  TextTable table({{"fault"}, {"planted in"}, {"reference"}, {"a case that shows it"}});
  for (const Fault& fault : chosen_faults(options)) {
    table.add_row({fault.name, to_string(fault.base), fault.reference, fault.exposes});
    std::string note = fault.sentence;
    for (const faults::Unseen& unseen : fault.unseen)
      note += "\nNot seen in " + to_string(unseen.dtype) + ": " + unseen.reason;
    table.add_note(note);
  }
  std::cout << table.text();
  return exit_code::holds;
}

/// Of an earlier run, to go on with; throws UsageError.
std::string text_to_resume(const std::string& path) {
  InputText input = read_input(path);
  if (!input.problem.empty()) throw UsageError("--resume: " + printable(path) + " cannot be read: " + input.problem);
  return std::move(input.text);
}

std::string fate_of(const Judgement& judgement) {
  if (judgement.killed) return "killed by " + judgement.property;
  return judgement.never_ran() ? "never ran" : "survives";
}

void show_progress(const Judgement& judgement, std::size_t number, std::size_t count) {
  fmt::print(stderr, "attngate faults: {} {}/{} {}: {}, {} cases, {:.1f} s\n", to_string(judgement.dtype), number,
             count, judgement.name, fate_of(judgement), judgement.cases, judgement.seconds);
}

faults::Budget budget_of(const FaultsOptions& options, at::Device device) {
  faults::Budget budget;
  budget.cases_per_property = options.cases.value_or(device.is_cuda() ? default_cases_cuda : default_cases_cpu);
  budget.seconds = options.seconds.value_or(budget.seconds);
  budget.case_timeout_seconds = options.case_timeout.value_or(budget.case_timeout_seconds);
  budget.seed = chosen_seed(options.seed);
  if (options.corpus != no_corpus) budget.corpus = read_corpus(options.corpus);
  return budget;
}

void show_progress_of_healthy_paths(const Judgement& control) {
  const std::string fate = control.killed ? "FAIL " + control.property : control.never_ran() ? "never ran" : "hold";
  fmt::print(stderr, "attngate faults: {} healthy paths {}, {} cases, {:.1f} s\n", to_string(control.dtype), fate,
             control.cases, control.seconds);
}

/// The other checks get the wall time that the gate took for all faults; the 2x rule at most as many cases as one
/// property has.
void ask_rivals(FaultRun& run, DType dtype, at::Device device, const FaultsOptions& options) {
  const double seconds = summarise(run.judgements, dtype).seconds;
  for (const faults::Rival& rival :
       {faults::seed_programs(dtype, device),
        faults::twice_plain_rule(dtype, device, run.budget.seed, run.budget.cases_per_property)}) {
    run.rivals.push_back(run_rival(rival, chosen_faults(options), dtype, seconds));
    const faults::RivalColumn& column = run.rivals.back();
    fmt::print(stderr, "attngate faults: {} {}: {} of {} killed by {} tests, {:.1f} s\n", to_string(dtype), column.name,
               column.killed(), column.faults.size(), column.tests, column.seconds);
  }
}

/// What a run is of, before anything is judged.
FaultRun planned_run(const FaultsOptions& options, at::Device device, const std::vector<DType>& dtypes) {
  FaultRun run;
  run.device = named_device(device);
  run.budget = budget_of(options, device);
  for (const Property* property : properties_to_run(options)) run.properties.push_back(property->name);
  std::uint64_t corpus = fnv_offset_basis;
  for (const AttentionCase& known : run.budget.corpus) corpus = fnv1a(to_line(known) + "\n", corpus);
  run.options = fmt::format(
      "attngate={} device={} dtypes={} faults={} properties={} cases={} seconds={} case_timeout={} seed={:#x} "
      "corpus={:#x} in_process={}",
      attngate_version(), name_with_libtorch(run.device),
      joined(dtypes, ",", [](DType dtype) { return to_string(dtype); }),
      joined(chosen_faults(options), ",", &Fault::name), joined(run.properties, ","), run.budget.cases_per_property,
      run.budget.seconds, run.budget.case_timeout_seconds, run.budget.seed, corpus, in_process_is_asked_for());
  return run;
}

bool has(const std::vector<Judgement>& judgements, const std::string& name, DType dtype) {
  return std::ranges::any_of(judgements, [&](const Judgement& one) { return one.name == name && one.dtype == dtype; });
}

/// Judges what the run lacks, and calls `keep` after each judgement. Healthy paths first: what they fail cannot convict
/// anybody.
void judge_all(FaultRun& run, const FaultsOptions& options, at::Device device, const std::vector<DType>& dtypes,
               const std::function<void()>& keep) {
  const std::vector<Fault> planted = chosen_faults(options);
  faults::FaultJudge judge(planted, device, properties_to_run(options), run.budget, in_process_is_asked_for());
  for (const DType dtype : dtypes) {
    if (std::ranges::count(run.controls, dtype, &Judgement::dtype) == 0) {
      run.controls.push_back(judge.judge_healthy_paths(dtype));
      show_progress_of_healthy_paths(run.controls.back());
      keep();
    }
    for (std::size_t index = 0; index < planted.size(); ++index) {
      if (has(run.judgements, planted[index].name, dtype)) continue;
      run.judgements.push_back(judge.judge_fault(planted[index], dtype));
      show_progress(run.judgements.back(), index + 1, planted.size());
      keep();
    }
  }
  if (options.no_rivals) return;
  // In this process, and last: with CUDA in use here no more workers could be forked.
  ready_for_checks(device);
  for (const DType dtype : dtypes) ask_rivals(run, dtype, device, options);
}

/// What was named and never ran: no green may stand for it.
std::vector<std::string> named_in_vain(const FaultRun& run, const FaultsOptions& options,
                                       const std::vector<DType>& dtypes) {
  std::vector<std::string> lines;
  const auto may_run = [&](const AttentionCase& known) { return std::ranges::count(dtypes, known.dtype) > 0; };
  if (options.corpus != no_corpus && std::ranges::none_of(run.budget.corpus, may_run))
    lines.push_back("--corpus " + options.corpus + ": has no case of these dtypes");
  for (const std::string& name : options.properties) {
    const auto ran = [&](const Judgement& one) { return one.cases_by_property.contains(name); };
    if (std::ranges::none_of(run.controls, ran) && std::ranges::none_of(run.judgements, ran))
      lines.push_back("--property " + name + ": never ran");
  }
  return lines;
}

/// What the run fails, one line each.
std::vector<std::string> shortfalls_of(const FaultRun& run, const FaultsOptions& options,
                                       const std::vector<DType>& dtypes) {
  std::vector<std::string> lines;
  for (const Judgement& control : run.controls) {
    const std::string dtype = to_string(control.dtype);
    if (control.killed) {
      lines.push_back(dtype + ": a healthy path fails, the table is void: " + control.property + ", " + control.line +
                      ": " + control.reason);
    }
    if (control.never_ran()) lines.push_back(dtype + ": the healthy paths never ran, the table is void");
  }
  for (const Judgement& judgement : run.judgements) {
    if (judgement.false_alarm.empty()) continue;
    lines.push_back(to_string(judgement.dtype) + ": " + judgement.name +
                    " fails without its fault as well: " + judgement.false_alarm);
  }
  for (const DType dtype : dtypes) {
    const faults::Summary summary = summarise(run.judgements, dtype);
    // A rate says nothing of some, picked by name or judged before a stop.
    std::ranges::copy(options.faults.empty() && run.finished ? shortfalls(summary) : unexplained_survivors(summary),
                      std::back_inserter(lines));
  }
  if (run.finished) std::ranges::copy(named_in_vain(run, options, dtypes), std::back_inserter(lines));
  return lines;
}

void print_run(const FaultRun& run, const FaultsOptions& options, const std::vector<DType>& dtypes) {
  for (const DType dtype : dtypes) {
    print_fault_table(std::cout, run, dtype);
    std::cout << '\n';
  }
  print_summary(std::cout, run, dtypes);
  for (const std::string& shortfall : run.shortfalls) std::cout << "FAILED: " << shortfall << '\n';
  if (options.ctest_measurements) write_fault_measurements(std::cout, run, dtypes);
}

/// Judges, and keeps what there is whatever ends it: 0, or the signal that stopped it; `problem` says what else did.
int judge_and_keep(FaultRun& run, const FaultsOptions& options, at::Device device, const std::vector<DType>& dtypes,
                   KeptFile& file, std::string& problem) {
  std::optional<StopRequest> stop;
  if (!in_process_is_asked_for()) stop.emplace();
  try {
    judge_all(run, options, device, dtypes, [&] {
      if (file.is_wanted()) file.write(to_json(run, dtypes));
    });
    run.finished = true;
  } catch (const RunStopped& stopped) {
    return stopped.signal();
  } catch (const std::exception& error) {
    problem = error.what();
  }
  return 0;
}

int run_faults(const FaultsOptions& options) {
  if (options.list) return list_faults(options);
  use_gpu_from_ctest();
  if (const auto code = options.skip_without_gpu ? code_without_gpu(options.device) : std::nullopt) return *code;
  const std::vector<DType> dtypes = chosen_dtypes(options.dtypes, {DType::fp32, DType::fp16, DType::bf16});
  chosen_faults(options);  // a wrong name is told before any time is spent
  const at::Device device = choose_device(options.device);
  FaultRun run = planned_run(options, device, dtypes);
  // Last: what is refused takes nothing away.
  if (!options.resume) make_way_for_json(options.json, faults::faults_schema);
  if (options.resume) {
    check_writable(options.json);
    if (std::filesystem::exists(options.json)) take_over(run, text_to_resume(options.json), options.json);
  }
  KeptFile file(options.json);
  std::string problem;
  const int signal = judge_and_keep(run, options, device, dtypes, file, problem);
  run.shortfalls = shortfalls_of(run, options, dtypes);
  print_run(run, options, dtypes);
  if (file.is_wanted()) file.write(to_json(run, dtypes));
  const int code = file.tell(run.shortfalls.empty() ? exit_code::holds : exit_code::failed);
  if (run.finished) return code;
  std::cout << "not finished: what was judged is "
            << (file.is_wanted() ? "kept, and --resume goes on behind it\n"
                                 : "in this table alone, for want of --json\n")
            << std::flush;
  if (signal != 0) end_by(signal);
  throw std::runtime_error(problem);
}

}  // namespace

void add_faults_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<FaultsOptions>();
  CLI::App* command = app.add_subcommand("faults", "Plant known mistakes and measure how many the properties find");
  add_device_option(*command, options->device);
  add_dtype_option(*command, options->dtypes, "all");
  command->add_option("--fault", options->faults, "Fault to plant (default: all), see --list; repeatable");
  add_property_option(*command, options->properties, "all but the lanes of agreement, in their order");
  add_cases_option(*command, options->cases,
                   fmt::format("Random cases for each property, fault and dtype (default: {} on the CPU, {} on a GPU)",
                               default_cases_cpu, default_cases_cuda));
  add_seconds_option(*command, "--seconds", options->seconds,
                     "Time for each fault and dtype over all properties, shrinking left out (default: 60)");
  add_case_timeout_option(*command, options->case_timeout);
  add_seed_option(*command, options->seed);
  add_text_option(*command, "--corpus", options->corpus,
                  "Folder of *.case files for what survives the first 30 cases of each property, or none")
      ->capture_default_str();
  CLI::Option* const json =
      add_text_option(*command, "--json", options->json, "File for the whole table, renewed after each fault");
  command
      ->add_flag("--resume", options->resume, "Go on behind what the --json file has; it must be of the same options")
      ->needs(json);
  command->add_flag("--no-rivals", options->no_rivals, "Leave out the seed programs' and FlashAttention's checks");
  command->add_flag("--list", options->list, "Show the faults and run nothing");
  add_ctest_measurements_flag(*command, options->ctest_measurements);
  add_skip_without_gpu_flag(*command, options->skip_without_gpu);
  command->footer(
      "Each fault is a path with one mistake. The properties run on it alone, in their order, until the first failure\n"
      "kills it. Before that the same paths without a fault must hold on the same cases. Beside it stands what the "
      "checks\n"
      "of PyTorch's transformer benchmarks and FlashAttention's rule, twice the plain formula's error, make of the "
      "faults.\n"
      "Examples:\n"
      "  attngate faults                                   the whole table, on the GPU if there is one\n"
      "  attngate faults --list                            what is planted, and a case that shows it\n"
      "  attngate faults --fault stale_tail_tile --dtype fp32 --device cpu\n"
      "Ctrl-C keeps what was judged in the --json file, and --resume goes on behind it.\n"
      "Exit code: 0 enough faults were killed, 1 too few, a survivor without a reason, a healthy path that fails, or\n"
      "something named that never ran, 2 bad usage.");
  command->callback([options, &chosen] { chosen = [options] { return run_faults(*options); }; });
}

}  // namespace attngate

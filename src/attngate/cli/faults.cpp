#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

#include "attngate/base/atomic_file.h"
#include "attngate/base/exit_code.h"
#include "attngate/base/printable.h"
#include "attngate/base/text_table.h"
#include "attngate/cli/chosen.h"
#include "attngate/cli/command.h"
#include "attngate/cli/common_options.h"
#include "attngate/cli/device_option.h"
#include "attngate/cli/output_files.h"
#include "attngate/faults/judge.h"
#include "attngate/faults/rival.h"
#include "attngate/kill_rate/report.h"
#include "attngate/run/environment.h"
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

void show_progress(const Judgement& judgement, std::size_t number, std::size_t count) {
  const std::string fate = judgement.killed ? "killed by " + judgement.property : "survives";
  fmt::print(stderr, "attngate faults: {} {}/{} {}: {}, {} cases, {:.1f} s\n", to_string(judgement.dtype), number,
             count, judgement.name, fate, judgement.cases, judgement.seconds);
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

/// Healthy paths first: what they fail cannot convict anybody.
void judge_healthy_paths(FaultRun& run, faults::FaultJudge& judge, DType dtype) {
  run.controls.push_back(judge.judge_healthy_paths(dtype));
  const Judgement& control = run.controls.back();
  if (control.killed) {
    run.shortfalls.push_back(to_string(dtype) + ": a healthy path fails, the table is void: " + control.property +
                             ", " + control.line + ": " + control.reason);
  }
  fmt::print(stderr, "attngate faults: {} healthy paths {}, {} cases, {:.1f} s\n", to_string(dtype),
             control.killed ? "FAIL " + control.property : "hold", control.cases, control.seconds);
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

FaultRun judge_all(const FaultsOptions& options, at::Device device, const std::vector<DType>& dtypes) {
  FaultRun run;
  run.device = named_device(device);
  run.budget = budget_of(options, device);
  const std::vector<const Property*> properties = properties_to_run(options);
  for (const Property* property : properties) run.properties.push_back(property->name);
  const std::vector<Fault> planted = chosen_faults(options);
  faults::FaultJudge judge(planted, device, properties, run.budget, in_process_is_asked_for());
  for (const DType dtype : dtypes) {
    judge_healthy_paths(run, judge, dtype);
    for (std::size_t index = 0; index < planted.size(); ++index) {
      run.judgements.push_back(judge.judge_fault(planted[index], dtype));
      const Judgement& judgement = run.judgements.back();
      show_progress(judgement, index + 1, planted.size());
      if (!judgement.false_alarm.empty()) {
        run.shortfalls.push_back(to_string(dtype) + ": " + judgement.name +
                                 " fails without its fault as well: " + judgement.false_alarm);
      }
    }
  }
  if (options.no_rivals) return run;
  // In this process, and last: with CUDA in use here no more workers could be forked.
  ready_for_checks(device);
  for (const DType dtype : dtypes) ask_rivals(run, dtype, device, options);
  return run;
}

int run_faults(const FaultsOptions& options) {
  if (options.list) return list_faults(options);
  use_gpu_from_ctest();
  if (const auto code = options.skip_without_gpu ? code_without_gpu(options.device) : std::nullopt) return *code;
  const std::vector<DType> dtypes = chosen_dtypes(options.dtypes, {DType::fp32, DType::fp16, DType::bf16});
  chosen_faults(options);  // a wrong name is told before any time is spent
  make_way_for_json(options.json, faults::faults_schema);
  const at::Device device = choose_device(options.device);
  FaultRun run = judge_all(options, device, dtypes);
  for (const DType dtype : dtypes) {
    const faults::Summary summary = summarise(run.judgements, dtype);
    std::ranges::copy(options.faults.empty() ? shortfalls(summary) : unexplained_survivors(summary),
                      std::back_inserter(run.shortfalls));
    print_fault_table(std::cout, run, dtype);
    std::cout << '\n';
  }
  print_summary(std::cout, run, dtypes);
  for (const std::string& shortfall : run.shortfalls) std::cout << "FAILED: " << shortfall << '\n';
  if (options.ctest_measurements) write_fault_measurements(std::cout, run, dtypes);
  if (!options.json.empty()) write_atomically(options.json, to_json(run, dtypes));
  return run.shortfalls.empty() ? exit_code::holds : exit_code::failed;
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
  add_text_option(*command, "--json", options->json, "File for the whole table");
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
      "Exit code: 0 enough faults were killed, 1 too few, a survivor without a reason or a healthy path that fails,\n"
      "2 bad usage.");
  command->callback([options, &chosen] { chosen = [options] { return run_faults(*options); }; });
}

}  // namespace attngate

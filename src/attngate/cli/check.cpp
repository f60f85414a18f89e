#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <iterator>

#include "attngate/base/exit_code.h"
#include "attngate/base/joined.h"
#include "attngate/cli/chosen.h"
#include "attngate/cli/command.h"
#include "attngate/cli/common_options.h"
#include "attngate/cli/device_option.h"
#include "attngate/cli/output_files.h"
#include "attngate/cli/property_series.h"
#include "attngate/report/results_list.h"
#include "attngate/report/table.h"
#include "attngate/run/environment.h"
#include "attngate/run/journal.h"
#include "attngate/run/stop_request.h"
#include "attngate/suite/property_run.h"
#include "attngate/suite/tested_registry.h"

namespace attngate {
namespace {

constexpr std::uint64_t default_cases = 1000;

struct CheckOptions {
  std::vector<std::string> properties;
  std::vector<std::string> dtypes;
  std::vector<std::string> paths;
  std::string device = "auto";
  std::string seed;
  std::optional<std::uint64_t> cases;
  std::optional<double> seconds;
  std::optional<double> case_timeout;
  bool stop_at_first = false;
  bool in_process = false;
  std::string corpus;
  std::string results;
  bool record_cases = false;
  std::string json;
};

std::vector<const Property*> properties_to_check(const CheckOptions& options) {
  std::vector<const Property*> chosen = chosen_properties(options.properties);
  if (chosen.empty())
    std::ranges::transform(properties(), std::back_inserter(chosen), [](const Property& p) { return &p; });
  return chosen;
}

/// A property asked for by name must not be left out in silence.
[[noreturn]] void refuse_property(const Property& property, const std::vector<DType>& dtypes, at::Device device) {
  const std::string names = joined(dtypes, ", ", [](DType dtype) { return to_string(dtype); });
  throw UsageError("--property " + property.name + ": does not exist for " + names + " on " + device.str() +
                   "; `attngate list` shows what does");
}

/// Something is missing that the property needs: asked for by name it must not be left out in silence.
bool meets_obstacle(const Property& property, DType dtype, at::DeviceType device, bool named) {
  const std::string obstacle = property.obstacle(dtype, device);
  if (!obstacle.empty() && named) throw UsageError("--property " + property.name + ": " + obstacle);
  return !obstacle.empty();
}

std::vector<PropertyRun> plan_runs(const CheckOptions& options, const PathRegistry& registry,
                                   const Environment& environment) {
  PropertyRun base;
  base.device = choose_device(options.device);
  base.registry = &registry;
  base.only = options.paths;
  const bool drawn = options.seed == "random" && environment.seed_was_drawn;
  base.seed = drawn ? *environment.seed : chosen_seed(options.seed);
  base.max_cases = options.cases.value_or(options.seconds ? unlimited_cases : default_cases);
  base.max_seconds = options.seconds.value_or(base.max_seconds);
  base.case_timeout_seconds = options.case_timeout.value_or(default_case_timeout_seconds);
  base.stop_at_first_failure = options.stop_at_first;
  base.in_process = environment.in_process;
  base.results_folder = options.results;
  base.record_cases = options.record_cases || environment.record_cases;
  if (!options.corpus.empty()) base.corpus = read_corpus(options.corpus);
  std::vector<PropertyRun> runs;
  const std::vector<DType> dtypes = chosen_dtypes(options.dtypes, {DType::fp16, DType::bf16, DType::fp32});
  for (const Property* property : properties_to_check(options)) {
    const std::size_t before = runs.size();
    for (const DType dtype : dtypes) {
      if (!property->exists(dtype, base.device.type())) continue;
      if (property->obstacle && meets_obstacle(*property, dtype, base.device.type(), !options.properties.empty()))
        continue;
      runs.push_back(base);
      runs.back().property = property;
      runs.back().dtype = dtype;
    }
    if (runs.size() == before && !options.properties.empty()) refuse_property(*property, dtypes, base.device);
  }
  return runs;
}

/// Whether a path that goes by this name, its own or its family's, was computed.
bool was_computed(const std::string& name, const std::vector<Results>& results, const PathRegistry& registry) {
  return std::ranges::any_of(results, [&](const Results& test) {
    return std::ranges::any_of(test.report.paths, [&](const PathSummary& summary) {
      const AttentionPath* path = registry.find(summary.path);
      return path != nullptr && path->goes_by(name) && summary.runs > summary.refusals;
    });
  });
}

/// What was asked for by name and did not run, one line each: no green may stand for it.
std::vector<std::string> asked_for_in_vain(const CheckOptions& options, const std::vector<Results>& results,
                                           const PathRegistry& registry) {
  std::vector<std::string> lines;
  for (const std::string& name : options.paths) {
    // Properties by name have their own say: `status` looks at refusals as well.
    if (options.properties.empty() && !was_computed(name, results, registry))
      lines.push_back("--path " + name + ": was never computed; `attngate list` says where it runs");
  }
  const bool any_known = std::ranges::any_of(results, [](const Results& test) { return test.report.corpus_cases > 0; });
  if (!options.corpus.empty() && !any_known) lines.push_back("--corpus " + options.corpus + ": none of its cases ran");
  return lines;
}

/// `any_may_pass`: nobody asked for a property by name, so one that has nothing to say about these paths has not
/// failed.
int code_of(const std::vector<Results>& results, bool any_may_pass) {
  bool any_ran = false;
  int code = exit_code::holds;
  for (const Results& test : results) {
    any_ran = any_ran || test.report.cases() > 0;
    if (any_may_pass && test.report.status() == RunStatus::inapplicable) continue;
    code = std::max(code, test.report.exit_code());
  }
  return any_ran ? code : exit_code::failed;
}

void print_tables(const CheckOptions& options, const std::vector<Results>& results) {
  std::cout << '\n';
  print_paths_table(std::cout, results);
  std::cout << '\n';
  print_results_table(std::cout, results, {}, /*in_brief=*/true);
  if (!options.results.empty()) std::cout << "Results and journals: " << options.results << '\n';
}

/// Told before the first case: the journal of a later test would tell it in the middle of the run.
void refuse_files_of_another_run(const std::vector<PropertyRun>& runs) {
  for (const PropertyRun& run : runs) {
    if (run.results_folder.empty()) continue;
    const std::string journal = journal_of(run);
    if (is_locked(journal)) throw UsageError(taken_journal_text(journal));
  }
}

int check(const CheckOptions& options) {
  if (options.in_process) ask_for_in_process();
  const Environment environment = read_environment();
  if (environment.replay) {
    throw UsageError("ATTNGATE_CASE is set, but `check` draws its cases; use: attngate replay LINE");
  }
  const PathRegistry registry = make_tested_registry();
  check_path_names(registry, options.paths);
  const std::vector<PropertyRun> runs = plan_runs(options, registry, environment);
  refuse_files_of_another_run(runs);
  check_folder(options.results);
  make_way_for_json(options.json, results_list_schema);  // last: what is refused takes nothing away
  std::optional<StopRequest> stop;
  // A path in this process may never return to where a stop is heeded: there the signals end it.
  if (!environment.in_process) stop.emplace();
  WorkerPool pool = make_worker_pool(registry, runs.front().device);
  PropertySeries series = run_in_turn(runs, pool, KeptFile(options.json));
  print_tables(options, series.results);
  if (noted_stop() != 0) return end_of(series, exit_code::failed);
  const std::vector<std::string> in_vain = asked_for_in_vain(options, series.results, registry);
  for (const std::string& line : in_vain) std::cout << "FAILED: " << line << '\n';
  const int code = code_of(series.results, options.properties.empty());
  return end_of(series, in_vain.empty() ? code : exit_code::failed);
}

}  // namespace

void add_check_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand("check", "Run properties on random cases");
  add_property_option(*command, options->properties, "all");
  add_dtype_option(*command, options->dtypes, "all");
  add_path_option(*command, options->paths);
  add_device_option(*command, options->device);
  add_cases_option(*command, options->cases,
                   "Random cases per property and dtype (default: 1000, or as many as --seconds allows)")
      ->envname("ATTNGATE_CASES");
  add_seconds_option(*command, "--seconds", options->seconds,
                     "Time for the random cases of each property and dtype (default: no limit)")
      ->envname("ATTNGATE_SECONDS");
  add_case_timeout_option(*command, options->case_timeout);
  command->add_flag("--stop-at-first", options->stop_at_first,
                    "End each property with its first failure (default: go on without the path that failed)");
  add_in_process_flag(*command, options->in_process);
  add_seed_option(*command, options->seed);
  add_text_option(*command, "--corpus", options->corpus, "Folder of *.case files that run first");
  add_text_option(*command, "--results", options->results,
                  "Folder for one JSON file and one journal per property and dtype");
  add_text_option(*command, "--json", options->json, "File for the results of the whole run; - for standard output");
  command->footer(
      "Examples:\n"
      "  attngate check                                     everything, on the GPU if there is one\n"
      "  attngate check --property agreement --dtype bf16 --seconds 60 --seed random\n"
      "  attngate check --path composite_sdpa_nested        one family against the reference\n"
      "Exit code: 0 all hold, 1 something failed (the line to replay is printed), 2 bad usage.");
  command->add_flag("--record-cases", options->record_cases,
                    "Write every checked case and its margins to <test>.cases.jsonl in the --results folder, for "
                    "tools/compare_results.py (ATTNGATE_RECORD_CASES=1)");
  command->callback([options, &chosen] { chosen = [options] { return check(*options); }; });
}

}  // namespace attngate

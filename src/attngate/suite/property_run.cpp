#include "attngate/suite/property_run.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include "attngate/base/input_file.h"
#include "attngate/case/generate.h"
#include "attngate/case/shrink.h"
#include "attngate/case/text.h"
#include "attngate/isolation/worker_checker.h"
#include "attngate/report/results_file.h"
#include "attngate/run/case_recorder.h"
#include "attngate/run/journal.h"
#include "attngate/run/last_words.h"
#include "attngate/run/progress.h"
#include "attngate/run/run_printer.h"
#include "attngate/source_folders.h"
#include "attngate/workers/device.h"

namespace attngate {
namespace {

std::string ctest_test(const PropertyRun& run) {
  if (run.property->group.empty()) return "";
  return fmt::format("property.{}.{}.{}", run.property->group, to_string(run.dtype), device_label(run.device.type()));
}

/// This build's, where it has tests.
std::string test_folder() {
  const bool has_tests = std::filesystem::exists(std::filesystem::path(build_folder) / "CTestTestfile.cmake");
  return has_tests ? seen_from_here(build_folder) : "";
}

RunContext context_of(const PropertyRun& run) {
  RunContext context;
  context.run = {test_name(*run.property, run.dtype, run.device.type()),
                 run.property->name,
                 device_label(run.device.type()),
                 run.seed,
                 run.only,
                 ctest_test(run),
                 run.case_timeout_seconds == default_case_timeout_seconds ? 0 : run.case_timeout_seconds,
                 program_that_replays(),
                 test_folder()};
  context.dtype = to_string(run.dtype);
  context.device = named_device(run.device);
  context.attngate_version = attngate_version();
  context.max_cases = run.max_cases;
  context.max_seconds = run.max_seconds;
  context.started = utc_now();
  return context;
}

ForAllOptions options_of(const PropertyRun& run) {
  ForAllOptions options;
  options.replay = run.replay;
  options.max_cases = run.max_cases;
  options.max_seconds = run.max_seconds;
  options.stop_at_first_failure = run.stop_at_first_failure;
  std::ranges::copy_if(run.corpus, std::back_inserter(options.corpus),
                       [&](const AttentionCase& known) { return known.dtype == run.dtype; });
  return options;
}

CostLimit cost_limit(at::DeviceType device) { return device == at::kCUDA ? gpu_limit() : cpu_limit(); }

/// What one case may take in this process: of the given ones the costliest decides, as it does for a worker.
double case_seconds_here(const PropertyRun& run, const ForAllOptions& options) {
  double times = 1;
  const CostLimit limit = cost_limit(run.device.type());
  for (const AttentionCase& known : options.corpus) times = std::max(times, times_the_limit(cost_of(known), limit));
  if (run.replay) times = std::max(times, times_the_limit(cost_of(*run.replay), limit));
  return times * run.case_timeout_seconds;
}

/// A file that the run leaves in its results folder.
std::string file_of(const PropertyRun& run, const char* suffix) {
  const std::string test = test_name(*run.property, run.dtype, run.device.type());
  return (std::filesystem::path(run.results_folder) / (test + suffix)).string();
}

/// The outputs of a run, in the order in which they hear of it.
std::vector<std::unique_ptr<RunListener>> listeners_of(const PropertyRun& run, const RunContext& context,
                                                       double case_seconds, std::ostream& out) {
  const bool keeps_files = !run.results_folder.empty();
  std::vector<std::unique_ptr<RunListener>> listeners;
  // Workers have time limits of their own. First, so that who reads a line in the journal can count on the last words.
  listeners.push_back(std::make_unique<LastWords>(context.run, case_seconds));
  if (keeps_files) listeners.push_back(std::make_unique<Journal>(journal_of(run), context.run.test, run.seed));
  if (run.record_cases) listeners.push_back(std::make_unique<CaseRecorder>(file_of(run, ".cases.jsonl")));
  listeners.push_back(std::make_unique<Progress>());
  listeners.push_back(std::make_unique<RunPrinter>(context.run, out));
  // Behind what is printed, so that a full disk cannot swallow a failure.
  if (keeps_files) listeners.push_back(std::make_unique<ResultsFile>(run.results_folder, context));
  for (const MakeListener& make : run.listeners) listeners.push_back(make(context));
  return listeners;
}

void print_header(std::ostream& out, const PropertyRun& run, const RunContext& context) {
  fmt::print(out, "{}: {}\n", context.run.test, run.property->summary);
  fmt::print(out, "  on {}, LibTorch {}{}; ", context.device.name, context.device.libtorch,
             context.device.cuda.empty() ? "" : ", CUDA " + context.device.cuda);
  if (run.replay) {
    fmt::print(out, "replaying one case\n");
  } else {
    fmt::print(out, "seed {:#x} (ATTNGATE_SEED={:#x} gives these cases again)\n", run.seed, run.seed);
  }
  out.flush();
}

std::unique_ptr<CaseChecker> make_checker(const PropertyRun& run, WorkerPool& pool) {
  if (!run.in_process) {
    CaseRequest request;
    request.property = run.property->name;
    request.only = run.only;
    return std::make_unique<WorkerChecker>(pool, std::move(request), run.case_timeout_seconds,
                                           cost_limit(run.device.type()));
  }
  ready_for_checks(run.device);
  return std::make_unique<CheckHere>([&run](const std::vector<std::string>& quarantined) {
    return with_disasters_as_verdicts(run.property->bind({run.device, run.registry, run.only, quarantined, {}}),
                                      run.device);
  });
}

}  // namespace

std::string test_name(const Property& property, DType dtype, at::DeviceType device) {
  return fmt::format("property.{}.{}.{}", property.name, to_string(dtype), device_label(device));
}

std::string journal_of(const PropertyRun& run) { return file_of(run, ".journal"); }

AttentionCase random_case(const Property& property, DType dtype, at::DeviceType device, std::uint64_t seed,
                          std::uint64_t index) {
  GeneratorOptions options;
  options.dtypes = {dtype};
  options.limit = cost_limit(device);
  return property.adapt(nth_case(options, seed, static_cast<std::int64_t>(index)));
}

PropertyRunResult run_property(const PropertyRun& run, std::ostream& out) {
  WorkerPool pool = make_worker_pool(*run.registry, run.device);
  return run_property(run, pool, out);
}

PropertyRunResult run_property(const PropertyRun& run, WorkerPool& pool, std::ostream& out) {
  if (run.record_cases && run.results_folder.empty()) {
    throw UsageError("cases are to be recorded, but no folder for results is given; add --results FOLDER");
  }
  if (run.replay) expect_to_fit(*run.replay, run.device);
  const RunContext context = context_of(run);
  ForAllOptions options = options_of(run);
  print_header(out, run, context);
  const std::unique_ptr<CaseChecker> checker = make_checker(run, pool);  // first: LibTorch has signal handlers too
  const double case_seconds = run.in_process ? case_seconds_here(run, options) : 0;
  const std::vector<std::unique_ptr<RunListener>> listeners = listeners_of(run, context, case_seconds, out);
  for (const auto& listener : listeners) options.listeners.push_back(listener.get());

  const Draw draw = [&](std::uint64_t index) {
    return random_case(*run.property, run.dtype, run.device.type(), run.seed, index);
  };
  PropertyRunResult result;
  result.report = for_all(options, draw, shrinkable_case, *checker);
  result.results = {context, result.report};
  result.exit_code = result.report.exit_code();
  return result;
}

std::vector<AttentionCase> read_corpus(const std::string& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".case") files.push_back(entry.path());
  }
  if (error) throw UsageError("corpus folder '" + folder + "': " + error.message());
  std::ranges::sort(files);
  std::vector<AttentionCase> cases;
  for (const std::filesystem::path& file : files) {
    if (const std::string problem = input_problem(file.string()); !problem.empty())
      throw UsageError("corpus file '" + file.string() + "' cannot be read: " + problem);
    std::ifstream lines(file);
    std::ranges::copy(parse_case_file(lines, file.string()), std::back_inserter(cases));
  }
  return cases;
}

}  // namespace attngate

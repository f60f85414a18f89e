#include "attngate/suite/property_run.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "attngate/case/generate.h"
#include "attngate/case/shrink.h"
#include "attngate/case/text.h"
#include "attngate/paths/sdp_backend_guard.h"
#include "attngate/runner/failure_report.h"
#include "attngate/runner/for_all.h"
#include "attngate/suite/device.h"

namespace attngate {
namespace {

RunContext context_of(const PropertyRun& run) {
  RunContext context;
  context.run = {test_name(*run.property, run.dtype, run.device.type()), run.property->name,
                 device_label(run.device.type()), run.seed, run.only};
  context.dtype = to_string(run.dtype);
  context.device_name = device_name(run.device);
  context.libtorch_version = libtorch_version();
  context.cuda_version = cuda_version();
  context.attngate_version = attngate_version();
  context.max_cases = run.max_cases;
  context.max_seconds = run.max_seconds;
  context.started = utc_now();
  return context;
}

ForAllOptions options_of(const PropertyRun& run, const RunContext& context) {
  ForAllOptions options;
  options.run = context.run;
  options.replay = run.replay;
  options.max_cases = run.max_cases;
  options.max_seconds = run.max_seconds;
  options.case_timeout_seconds = run.case_timeout_seconds;
  std::ranges::copy_if(run.corpus, std::back_inserter(options.corpus),
                       [&](const AttentionCase& known) { return known.dtype == run.dtype; });
  if (!run.results_folder.empty()) {
    options.journal_path = (std::filesystem::path(run.results_folder) / (context.run.test + ".journal")).string();
  }
  return options;
}

void print_header(std::ostream& out, const PropertyRun& run, const RunContext& context) {
  fmt::print(out, "{}: {}\n", context.run.test, run.property->summary);
  fmt::print(out, "  on {}, LibTorch {}{}; ", context.device_name, context.libtorch_version,
             context.cuda_version.empty() ? "" : ", CUDA " + context.cuda_version);
  if (run.replay) {
    fmt::print(out, "replaying one case\n");
  } else {
    fmt::print(out, "seed {:#x} (ATTNGATE_SEED={:#x} gives these cases again)\n", run.seed, run.seed);
  }
  out.flush();
}

/// One thread for LibTorch on the CPU: small cases gain nothing from more, and results stay reproducible.
void use_one_thread(at::Device device) {
  if (!device.is_cuda()) at::set_num_threads(1);
}

}  // namespace

std::string test_name(const Property& property, DType dtype, at::DeviceType device) {
  return fmt::format("property.{}.{}.{}", property.name, to_string(dtype), device_label(device));
}

AttentionCase random_case(const Property& property, DType dtype, at::DeviceType device, std::uint64_t seed,
                          std::uint64_t index) {
  GeneratorOptions options;
  options.dtypes = {dtype};
  options.limit = device == at::kCUDA ? gpu_limit() : cpu_limit();
  return property.adapt(nth_case(options, seed, static_cast<std::int64_t>(index)));
}

PropertyRunResult run_property(const PropertyRun& run, std::ostream& out) {
  use_strict_arithmetic();
  use_one_thread(run.device);
  const RunContext context = context_of(run);
  const ForAllOptions options = options_of(run, context);
  print_header(out, run, context);

  const PropertyCheck check = run.property->bind({run.device, run.registry, run.only, {}, {}});
  const Draw draw = [&](std::uint64_t index) {
    return random_case(*run.property, run.dtype, run.device.type(), run.seed, index);
  };
  PropertyRunResult result;
  result.report = for_all(options, draw, shrinkable_case, check);
  result.results = make_results(context, result.report);
  result.exit_code = result.report.exit_code();
  if (result.report.failure) out << failure_report(context.run, *result.report.failure);
  out << summary_line(context.run, result.report);
  out.flush();
  // Last, so that a full disk cannot swallow a failure.
  if (!run.results_folder.empty()) write_results(run.results_folder, result.results);
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
    std::ifstream lines(file);
    if (!lines) throw UsageError("corpus file '" + file.string() + "' cannot be read");
    std::ranges::copy(parse_case_file(lines, file.string()), std::back_inserter(cases));
  }
  return cases;
}

}  // namespace attngate

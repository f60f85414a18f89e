#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

#include "attngate/base/exit_code.h"
#include "attngate/case/text.h"
#include "attngate/cli/chosen.h"
#include "attngate/cli/command.h"
#include "attngate/cli/common_options.h"
#include "attngate/cli/device_option.h"
#include "attngate/cli/output_files.h"
#include "attngate/cli/property_series.h"
#include "attngate/isolation/worker_checker.h"
#include "attngate/isolation/worker_request.h"
#include "attngate/report/results_list.h"
#include "attngate/report/table.h"
#include "attngate/run/stop_request.h"
#include "attngate/suite/property_run.h"
#include "attngate/suite/tested_registry.h"
#include "attngate/workers/device.h"

namespace attngate {
namespace {

// The largest case that a line can express takes minutes on a CPU; it was asked for.
constexpr double hash_seconds = 600;

struct ReplayOptions {
  std::string line;
  std::vector<std::string> properties;
  std::vector<std::string> paths;
  std::string device = "auto";
  std::string json;
  std::optional<double> case_timeout;
  bool in_process = false;
};

/// Those that --property names, else every one that has something to say about this very case.
std::vector<const Property*> properties_for(const ReplayOptions& options, const AttentionCase& attention_case,
                                            at::DeviceType device) {
  const DType dtype = attention_case.dtype;
  std::vector<const Property*> chosen = chosen_properties(options.properties);
  for (const Property* property : chosen) {
    if (property->exists(dtype, device)) continue;
    throw UsageError("--property " + property->name + ": does not exist for " + to_string(dtype) + " on " +
                     device_label(device) + "; `attngate list` shows what does");
  }
  if (!chosen.empty()) return chosen;
  for (const Property& property : properties()) {
    const bool exists = property.exists(dtype, device);
    const bool obstructed = property.obstacle && !property.obstacle(dtype, device).empty();
    if (exists && !obstructed && property.adapt(attention_case) == attention_case) chosen.push_back(&property);
  }
  return chosen;
}

std::vector<PropertyRun> plan_runs(const ReplayOptions& options, const AttentionCase& attention_case,
                                   const PathRegistry& registry, at::Device device) {
  std::vector<PropertyRun> runs;
  for (const Property* property : properties_for(options, attention_case, device.type())) {
    PropertyRun& run = runs.emplace_back();
    run.property = property;
    run.dtype = attention_case.dtype;
    run.device = device;
    run.registry = &registry;
    run.only = options.paths;
    run.replay = attention_case;
    run.case_timeout_seconds = options.case_timeout.value_or(run.case_timeout_seconds);
    run.in_process = in_process_is_asked_for();
  }
  return runs;
}

/// A property that has nothing to say about the case has not failed; one at least must have something to say.
int code_of(const std::vector<Results>& results) {
  int code = exit_code::holds;
  bool any_applies = false;
  for (const Results& test : results) {
    if (test.report.status() == RunStatus::inapplicable) continue;
    any_applies = true;
    code = std::max(code, test.report.exit_code());
  }
  return any_applies ? code : exit_code::failed;
}

/// The hash of the inputs; also the first moment at which a huge case shows that it does not fit.
std::uint64_t input_hash_by_worker(const AttentionCase& attention_case, at::Device device, WorkerPool& pool) {
  const CaseRequest request{CaseRequest::Kind::hash_inputs, "", {}, {}, to_line(attention_case)};
  const RequestLimits limits{hash_seconds, host_bytes_allowed(attention_case, available_host_bytes())};
  const WorkerReply reply = pool.ask(to_bytes({RequestKind::check_case, encode(request)}), limits, limits.seconds);
  if (reply.kind == WorkerReply::Kind::out_of_memory) throw does_not_fit(attention_case, device);
  if (reply.kind != WorkerReply::Kind::answered) {
    throw UsageError("LINE: the inputs of this case cannot be made on " + device.str() + ": a process that tried " +
                     reply.detail);
  }
  const HashAnswer answer = decode<HashAnswer>(reply.answer);
  if (!answer.problem.empty()) throw UsageError(answer.problem);
  return answer.hash;
}

int replay(const ReplayOptions& options) {
  if (options.in_process) ask_for_in_process();
  const AttentionCase attention_case = parse_line(options.line);
  const PathRegistry registry = make_tested_registry();
  check_path_names(registry, options.paths);
  const at::Device device = choose_device(options.device);
  expect_to_fit(attention_case, device);
  const std::vector<PropertyRun> runs = plan_runs(options, attention_case, registry, device);
  make_way_for_json(options.json, results_list_schema);  // last: what is refused takes nothing away
  KeptFile json_file(options.json);
  const bool in_process = in_process_is_asked_for();
  std::optional<StopRequest> stop;
  if (!in_process) stop.emplace();
  WorkerPool pool = make_worker_pool(registry, device);
  const std::uint64_t hash =
      in_process ? input_hash(attention_case, device) : input_hash_by_worker(attention_case, device, pool);
  fmt::print("case:         {}\ninputs hash:  {:#018x} (the same on every machine)\n\n", to_line(attention_case), hash);
  std::cout.flush();
  PropertySeries series = run_in_turn(runs, pool, std::move(json_file));
  std::cout << '\n';
  print_paths_table(std::cout, series.results);
  return end_of(series, code_of(series.results));
}

}  // namespace

void add_replay_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command = app.add_subcommand("replay", "Run one case from its line of text");
  command->add_option("LINE", options->line, "The case, in one pair of quotes")->required();
  add_property_option(*command, options->properties, "all that apply");
  add_path_option(*command, options->paths);
  add_device_option(*command, options->device);
  add_text_option(*command, "--json", options->json, "File for the results; - for standard output");
  add_case_timeout_option(*command, options->case_timeout);
  add_in_process_flag(*command, options->in_process);
  command->footer(
      "Example:\n"
      "  attngate replay 'dtype=fp16 heads=8 head_dim=64 lengths=7,1,64 seed=0x2a'\n"
      "Keys: dtype heads head_dim lengths; and mask extra_padding padding_content need_weights layout nested values\n"
      "storage_offset parameter_offset seed, which have defaults.\n"
      "lengths takes runs: 1x300,64 is 300 sequences of length 1 and one of 64.\n"
      "Exit code: 0 nothing failed and one property held at least, 1 one failed or none applies, 2 bad usage.");
  command->callback([options, &chosen] { chosen = [options] { return replay(*options); }; });
}

}  // namespace attngate

#include <CLI/CLI.hpp>
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <iostream>

#include "attngate/case/cost.h"
#include "attngate/case/printable.h"
#include "attngate/case/text.h"
#include "attngate/cli/command.h"
#include "attngate/cli/device_option.h"
#include "attngate/report/results_list.h"
#include "attngate/report/table.h"
#include "attngate/runner/exit_code.h"
#include "attngate/suite/device.h"
#include "attngate/suite/property_run.h"
#include "attngate/suite/tested_registry.h"

namespace attngate {
namespace {

struct ReplayOptions {
  std::string line;
  std::vector<std::string> properties;
  std::vector<std::string> paths;
  std::string device = "auto";
  std::string json;
};

std::vector<const Property*> properties_for(const ReplayOptions& options, DType dtype, at::DeviceType device) {
  std::vector<const Property*> chosen;
  for (const std::string& name : options.properties) {
    const Property* property = find_property(name);
    if (property == nullptr) {
      throw UsageError("--property " + printable(name) + ": no such property; there are " + property_names());
    }
    if (!property->exists(dtype, device)) {
      throw UsageError("--property " + name + ": does not exist for " + to_string(dtype) + " on " + device_label(device) +
                       "; `attngate list` shows what does");
    }
    chosen.push_back(property);
  }
  return chosen;
}

/// The hash of the inputs; also the first moment at which a huge case shows that it does not fit.
std::uint64_t input_hash(const AttentionCase& attention_case, at::Device device) {
  const auto refuse = [&] {
    throw UsageError(fmt::format("LINE: this case does not fit into the memory of {}: its reference alone takes {:.3g} GiB",
                                 device.str(), cost_of(attention_case).bytes / (1 << 30)));
  };
  try {
    return hash_of_inputs(CaseInputs(attention_case, device));
  } catch (const c10::OutOfMemoryError&) {
    refuse();
  } catch (const std::bad_alloc&) {
    refuse();
  } catch (const c10::Error& error) {
    // LibTorch's host allocator has no error type of its own.
    if (std::string(error.what_without_backtrace()).find("allocate memory") == std::string::npos) throw;
    refuse();
  }
  return 0;
}

int replay(const ReplayOptions& options) {
  const AttentionCase attention_case = parse_line(options.line);
  const PathRegistry registry = make_tested_registry();
  check_path_names(registry, options.paths);
  const at::Device device = choose_device(options.device);
  if (!options.json.empty()) check_writable(options.json);
  std::vector<const Property*> chosen = properties_for(options, attention_case.dtype, device.type());
  if (chosen.empty()) {  // every property that has something to say about this very case
    for (const Property& property : properties()) {
      if (property.exists(attention_case.dtype, device.type()) && property.adapt(attention_case) == attention_case) {
        chosen.push_back(&property);
      }
    }
  }
  fmt::print("case:         {}\ninputs hash:  {:#018x} (the same on every machine)\n\n", to_line(attention_case),
             input_hash(attention_case, device));
  std::cout.flush();
  std::vector<Results> results;
  int exit_code = exit_code::holds;
  for (const Property* property : chosen) {
    PropertyRun run;
    run.property = property;
    run.dtype = attention_case.dtype;
    run.device = device;
    run.registry = &registry;
    run.only = options.paths;
    run.replay = attention_case;
    const PropertyRunResult result = run_property(run, std::cout);
    if (result.exit_code != exit_code::holds) exit_code = result.exit_code;
    results.push_back(result.results);
    if (!options.json.empty()) write_results_list(options.json, results);
  }
  std::cout << '\n';
  print_paths_table(std::cout, results);
  return exit_code;
}

}  // namespace

void add_replay_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command = app.add_subcommand("replay", "Run one case from its line of text");
  command->add_option("LINE", options->line, "The case, in one pair of quotes")->required();
  command->add_option("--property", options->properties, "Property to check (default: all that apply); repeatable");
  command->add_option("--path", options->paths, "Path or family to check (default: all); repeatable");
  command->add_option("--device", options->device, "cpu, cuda, or auto: a GPU where there is one")->capture_default_str();
  command->add_option("--json", options->json, "File for the results")->check(refuse_empty);
  command->footer(
      "Example:\n"
      "  attngate replay 'dtype=fp16 heads=8 head_dim=64 lengths=7,1,64 seed=0x2a'\n"
      "Keys: dtype heads head_dim lengths, and mask extra_padding padding_content need_weights seed.\n"
      "lengths takes runs: 1x300,64 is 300 sequences of length 1 and one of 64.");
  command->callback([options, &chosen] { chosen = [options] { return replay(*options); }; });
}

}  // namespace attngate

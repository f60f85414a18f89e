#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

#include "attngate/base/atomic_file.h"
#include "attngate/base/exit_code.h"
#include "attngate/base/joined.h"
#include "attngate/base/text_table.h"
#include "attngate/cli/command.h"
#include "attngate/cli/common_options.h"
#include "attngate/cli/output_files.h"
#include "attngate/paths/mha/exported_modules.h"
#include "attngate/properties/property.h"
#include "attngate/suite/tested_registry.h"
#include "attngate/workers/device.h"

namespace attngate {
namespace {

constexpr DType all_dtypes[] = {DType::fp16, DType::bf16, DType::fp32};

std::string dtypes_of(const Property& property, at::DeviceType device) {
  const auto exists = [&](DType dtype) { return property.exists(dtype, device); };
  const std::string names =
      joined(all_dtypes | std::views::filter(exists), " ", [](DType dtype) { return to_string(dtype); });
  return names.empty() ? "-" : names;
}

void print_tables(const PathRegistry& registry) {
  TextTable paths({{"path"}, {"backend"}, {"weights"}, {"what it is"}});
  for (const AttentionPath& path : registry.paths()) {
    paths.add_row({path.name, to_string(path.backend), path.gives_weights ? "yes" : "no", path.summary});
  }
  TextTable listed({{"property"}, {"cpu"}, {"cuda"}, {"what must hold"}});
  for (const Property& property : properties()) {
    listed.add_row({property.name, dtypes_of(property, at::kCPU), dtypes_of(property, at::kCUDA), property.summary});
  }
  std::cout << paths.text() << '\n' << listed.text() << '\n';
  const std::optional<std::string> problem = device_problem(at::kCUDA);
  fmt::print("attngate {}, LibTorch {}\ncpu:  {}\ncuda: {}\n", attngate_version(), libtorch_version(),
             device_name(at::kCPU), problem ? *problem : device_name(at::Device(at::kCUDA, 0)));
  for (const at::DeviceType device : {at::kCPU, at::kCUDA}) {
    fmt::print("compiled modules, {}: {}\n", device_label(device), describe_compiled_modules(device));
  }
}

void write_json(const PathRegistry& registry, const std::string& file) {
  nlohmann::ordered_json json = {{"schema", "attngate.list"}, {"version", 1}};
  for (const AttentionPath& path : registry.paths()) {
    json["paths"].push_back({{"name", path.name},
                             {"family", path.family},
                             {"backend", to_string(path.backend)},
                             {"gives_weights", path.gives_weights},
                             {"summary", path.summary}});
  }
  for (const Property& property : properties()) {
    json["properties"].push_back({{"name", property.name},
                                  {"cpu", dtypes_of(property, at::kCPU)},
                                  {"cuda", dtypes_of(property, at::kCUDA)},
                                  {"summary", property.summary}});
  }
  check_replaceable(file, "attngate.list");
  write_atomically(file, json.dump(2) + "\n");
}

}  // namespace

void add_list_command(CLI::App& app, Command& chosen) {
  auto json = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("list", "Show paths, properties and devices");
  add_text_option(*command, "--json", *json, "File for the same as JSON");
  command->footer("Example:\n  attngate list --json paths.json");
  command->callback([json, &chosen] {
    chosen = [json] {
      const PathRegistry registry = make_tested_registry();
      if (!json->empty()) write_json(registry, *json);
      print_tables(registry);
      return exit_code::holds;
    };
  });
}

}  // namespace attngate

#include "attngate/cli/common_options.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "attngate/cli/number_option.h"
#include "attngate/run/environment.h"
#include "attngate/run/last_words.h"

namespace attngate {
namespace {

// What CLI11's check() takes: the problem with a text, or nothing.

std::string refuse_empty(const std::string& text) { return text.empty() ? "it is empty" : ""; }

}  // namespace

CLI::Option* add_device_option(CLI::App& command, std::string& device) {
  return command.add_option("--device", device, "cpu, cuda, or auto: a GPU where there is one")->capture_default_str();
}

CLI::Option* add_seed_option(CLI::App& command, std::string& seed) {
  return add_text_option(command, "--seed", seed, "Number, 0x hex, or `random` (default: the same each run)")
      ->envname("ATTNGATE_SEED");
}

CLI::Option* add_dtype_option(CLI::App& command, std::vector<std::string>& dtypes, const std::string& unless_given) {
  return add_list_option(command, "--dtype", dtypes,
                         "fp16, bf16 or fp32, separated by commas (default: " + unless_given + ")");
}

CLI::Option* add_property_option(CLI::App& command, std::vector<std::string>& properties,
                                 const std::string& unless_given) {
  return command.add_option("--property", properties,
                            "Property to check (default: " + unless_given + "), see `attngate list`; repeatable");
}

CLI::Option* add_path_option(CLI::App& command, std::vector<std::string>& paths) {
  return command.add_option("--path", paths, "Path or family to check (default: all), see `attngate list`; repeatable");
}

CLI::Option* add_cases_option(CLI::App& command, std::optional<std::uint64_t>& cases, const std::string& about) {
  return add_number_option(command, "--cases", cases, cases_range, about);
}

CLI::Option* add_seconds_option(CLI::App& command, const std::string& name, std::optional<double>& seconds,
                                const std::string& about) {
  return add_number_option(command, name, seconds, seconds_range, about);
}

CLI::Option* add_case_timeout_option(CLI::App& command, std::optional<double>& seconds) {
  return add_seconds_option(
             command, "--case-timeout", seconds,
             fmt::format("Seconds after which a case counts as hung (default: {:g}); one that costs more "
                         "than a random case may has as many times more",
                         default_case_timeout_seconds))
      ->envname("ATTNGATE_CASE_TIMEOUT");
}

CLI::Option* add_text_option(CLI::App& command, const std::string& name, std::string& text, const std::string& about) {
  return command.add_option(name, text, about)->check(refuse_empty);
}

CLI::Option* add_list_option(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                             const std::string& about) {
  return command.add_option(name, values, about)->delimiter(',')->check(refuse_empty);
}

CLI::Option* add_in_process_flag(CLI::App& command, bool& in_process) {
  return command
      .add_flag("--in-process", in_process,
                "Run the paths in this process, for debuggers and compute-sanitizer; a crash ends it")
      ->envname("ATTNGATE_IN_PROCESS");
}

void add_skip_without_gpu_flag(CLI::App& command, bool& skip_without_gpu) {
  command.add_flag("--skip-without-gpu", skip_without_gpu,
                   "With --device cuda and no GPU, end with 77 in place of 2, unless ATTNGATE_REQUIRE_GPU=1");
}

void add_ctest_measurements_flag(CLI::App& command, bool& ctest_measurements) {
  command.add_flag("--ctest-measurements", ctest_measurements, "Print CTest's measurement tags");
}

}  // namespace attngate

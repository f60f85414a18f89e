#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace attngate {

// The options that mean the same in several commands, each declared here and nowhere else.

/// --device: "cpu", "cuda" or "auto", see choose_device().
CLI::Option* add_device_option(CLI::App& command, std::string& device);

/// --seed: a number, 0x hex or `random`, else ATTNGATE_SEED, see chosen_seed().
CLI::Option* add_seed_option(CLI::App& command, std::string& seed);

/// --dtype: one or several, repeated or separated by commas; `unless_given` tells what is taken without it.
CLI::Option* add_dtype_option(CLI::App& command, std::vector<std::string>& dtypes, const std::string& unless_given);

/// --property, repeatable.
CLI::Option* add_property_option(CLI::App& command, std::vector<std::string>& properties,
                                 const std::string& unless_given);

/// --path, repeatable: paths or families.
CLI::Option* add_path_option(CLI::App& command, std::vector<std::string>& paths);

/// --cases, see cases_range.
CLI::Option* add_cases_option(CLI::App& command, std::optional<std::uint64_t>& cases, const std::string& about);

/// An option that takes seconds, see seconds_range.
CLI::Option* add_seconds_option(CLI::App& command, const std::string& name, std::optional<double>& seconds,
                                const std::string& about);

/// --case-timeout, else ATTNGATE_CASE_TIMEOUT: how long a case may run.
CLI::Option* add_case_timeout_option(CLI::App& command, std::optional<double>& seconds);

/// --json and other options that name a file, a folder or the like: refuses the empty text that an unset shell variable
/// leaves.
CLI::Option* add_text_option(CLI::App& command, const std::string& name, std::string& text, const std::string& about);

/// A list of words, separated by commas.
CLI::Option* add_list_option(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                             const std::string& about);

/// --in-process, see ask_for_in_process().
CLI::Option* add_in_process_flag(CLI::App& command, bool& in_process);

/// --skip-without-gpu, see code_without_gpu(), and --ctest-measurements.
void add_skip_without_gpu_flag(CLI::App& command, bool& skip_without_gpu);
void add_ctest_measurements_flag(CLI::App& command, bool& ctest_measurements);

}  // namespace attngate

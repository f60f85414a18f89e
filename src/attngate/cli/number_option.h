#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "attngate/base/number_range.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace attngate {

// Every option that takes a number is declared by one of these: a text that is no number of the range is refused before
// anything runs, in the same words.

CLI::Option* add_number_option(CLI::App& command, const std::string& name, std::uint64_t& number,
                               const WholeRange& range, const std::string& about);
CLI::Option* add_number_option(CLI::App& command, const std::string& name, std::int64_t& number,
                               const WholeRange& range, const std::string& about);
CLI::Option* add_number_option(CLI::App& command, const std::string& name, double& number, const RealRange& range,
                               const std::string& about);

/// Without a default.
CLI::Option* add_number_option(CLI::App& command, const std::string& name, std::optional<std::uint64_t>& number,
                               const WholeRange& range, const std::string& about);
CLI::Option* add_number_option(CLI::App& command, const std::string& name, std::optional<double>& number,
                               const RealRange& range, const std::string& about);

/// A list, separated by commas.
CLI::Option* add_numbers_option(CLI::App& command, const std::string& name, std::vector<std::int64_t>& numbers,
                                const WholeRange& range, const std::string& about);

}  // namespace attngate

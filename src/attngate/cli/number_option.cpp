#include "attngate/cli/number_option.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "attngate/base/printable.h"

namespace attngate {
namespace {

/// What CLI11's check() takes: the problem with a text, or nothing.
template <typename Range>
std::function<std::string(const std::string&)> check_of(const Range& range) {
  return [range](const std::string& text) {
    return range.read(text) ? "" : fmt::format("{}: allowed is {}", printable(text), range.text());
  };
}

/// CLI11 reads numbers by rules of its own (010 is 8, nan is in every range): it is handed texts.
template <typename Number, typename Range>
CLI::Option* add(CLI::App& command, const std::string& name, Number& number, const Range& range,
                 const std::string& about) {
  const auto take = [&number, range](const std::string& text) { number = static_cast<Number>(*range.read(text)); };
  return command.add_option_function<std::string>(name, take, about)->check(check_of(range))->type_name("NUMBER");
}

}  // namespace

CLI::Option* add_number_option(CLI::App& command, const std::string& name, std::uint64_t& number,
                               const WholeRange& range, const std::string& about) {
  return add(command, name, number, range, about)->default_str(fmt::to_string(number));
}

CLI::Option* add_number_option(CLI::App& command, const std::string& name, std::int64_t& number,
                               const WholeRange& range, const std::string& about) {
  return add(command, name, number, range, about)->default_str(fmt::to_string(number));
}

CLI::Option* add_number_option(CLI::App& command, const std::string& name, double& number, const RealRange& range,
                               const std::string& about) {
  return add(command, name, number, range, about)->default_str(fmt::to_string(number));
}

CLI::Option* add_number_option(CLI::App& command, const std::string& name, std::optional<std::uint64_t>& number,
                               const WholeRange& range, const std::string& about) {
  return add(command, name, number, range, about);
}

CLI::Option* add_number_option(CLI::App& command, const std::string& name, std::optional<double>& number,
                               const RealRange& range, const std::string& about) {
  return add(command, name, number, range, about);
}

CLI::Option* add_numbers_option(CLI::App& command, const std::string& name, std::vector<std::int64_t>& numbers,
                                const WholeRange& range, const std::string& about) {
  const auto take = [&numbers, range](const std::vector<std::string>& texts) {
    numbers.clear();
    for (const std::string& text : texts) numbers.push_back(static_cast<std::int64_t>(*range.read(text)));
  };
  return command.add_option_function<std::vector<std::string>>(name, take, about)
      ->delimiter(',')
      ->check(check_of(range))
      ->type_name("NUMBERS")
      ->default_str(fmt::format("{}", fmt::join(numbers, ",")));
}

}  // namespace attngate

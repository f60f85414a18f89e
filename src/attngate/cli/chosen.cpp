#include "attngate/cli/chosen.h"

#include <algorithm>

#include "attngate/base/nearest_names.h"
#include "attngate/base/number_text.h"
#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/case/attention_case.h"
#include "attngate/paths/attention_path.h"
#include "attngate/run/environment.h"
#include "attngate/suite/property_run.h"

namespace attngate {
namespace {

std::uint64_t draw_seed() {
  return *read_environment([](const char* name) -> std::optional<std::string> {
            if (std::string(name) == "ATTNGATE_SEED") return "random";
            return std::nullopt;
          }).seed;
}

}  // namespace

std::string nearest_or_list(const std::string& written, const std::vector<std::string>& names) {
  const std::string guess = did_you_mean(written, names);
  return (guess.empty() ? "" : guess + " ") + "`attngate list` shows all";
}

std::uint64_t chosen_seed(const std::string& text) {
  // CLI11 has given the variable's text; this refuses an empty one.
  if (text.empty()) return read_environment().seed.value_or(default_seed);
  if (text == "random") return draw_seed();
  const std::optional<std::uint64_t> seed = parse_number(text);
  if (!seed) throw UsageError("--seed " + printable(text) + ": expected a number below 2^64, 0x hex, or random");
  return *seed;
}

std::vector<DType> parse_dtypes(const std::vector<std::string>& names) {
  std::vector<DType> dtypes;
  for (const std::string& name : names) {
    try {
      dtypes.push_back(parse_dtype(name));
    } catch (const CaseError& error) {
      throw UsageError(std::string("--") + error.what());
    }
  }
  return dtypes;
}

std::vector<DType> chosen_dtypes(const std::vector<std::string>& names, std::vector<DType> unless_given) {
  if (names.empty()) return unless_given;
  std::vector<DType> chosen;
  for (const DType dtype : parse_dtypes(names)) {
    if (std::ranges::count(chosen, dtype) == 0) chosen.push_back(dtype);
  }
  return chosen;
}

std::vector<const Property*> chosen_properties(const std::vector<std::string>& names) {
  std::vector<const Property*> chosen;
  for (const std::string& name : names) {
    const Property* property = find_property(name);
    if (property == nullptr) {
      std::vector<std::string> there_are;
      for (const Property& known : properties()) there_are.push_back(known.name);
      throw UsageError("--property " + printable(name) + ": no such property; " + nearest_or_list(name, there_are));
    }
    chosen.push_back(property);
  }
  return chosen;
}

void check_path_name(const PathRegistry& registry, const std::string& option, const std::string& name) {
  if (std::ranges::any_of(registry.paths(), [&](const AttentionPath& path) { return path.goes_by(name); })) return;
  std::vector<std::string> names;
  for (const AttentionPath& path : registry.paths()) names.push_back(path.name);
  throw UsageError(option + " " + printable(name) + ": no such path or family; " + nearest_or_list(name, names));
}

void check_path_names(const PathRegistry& registry, const std::vector<std::string>& names) {
  for (const std::string& name : names) check_path_name(registry, "--path", name);
}

}  // namespace attngate

#include "attngate/cli/seed_option.h"

#include "attngate/base/number_text.h"
#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/run/environment.h"
#include "attngate/suite/property_run.h"

namespace attngate {

std::uint64_t chosen_seed(const std::string& option) {
  if (option.empty()) return read_environment().seed.value_or(default_seed);
  if (option == "random") {
    return *read_environment([](const char* name) -> std::optional<std::string> {
              if (std::string(name) == "ATTNGATE_SEED") return "random";
              return std::nullopt;
            }).seed;
  }
  const std::optional<std::uint64_t> seed = parse_number(option);
  if (!seed) throw UsageError("--seed " + printable(option) + ": expected a number below 2^64, 0x hex, or random");
  return *seed;
}

}  // namespace attngate

#include "attngate/run/environment.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "attngate/base/number_text.h"
#include "attngate/case/text.h"

namespace attngate {
namespace {

[[noreturn]] void refuse(const char* name, const std::string& value, const std::string& allowed) {
  throw UsageError(fmt::format("{}='{}': {}", name, value, allowed));
}

AttentionCase read_case(const char* name, const std::string& value) {
  try {
    return parse_line(value);
  } catch (const CaseError& error) {
    refuse(name, value, error.what());
  }
}

std::uint64_t draw_seed() {
  std::random_device device;
  const std::uint64_t high = device();
  const std::uint64_t low = device();
  return high << 32 | (low & 0xffffffffu);
}

void read_seed(const char* name, const std::string& value, Environment& environment) {
  environment.seed_was_drawn = value == "random";
  environment.seed = environment.seed_was_drawn ? draw_seed() : parse_number(value);
  if (!environment.seed)
    refuse(name, value, "allowed is a number below 2^64, decimal or 0x hexadecimal, or the word random");
}

template <typename Range>
auto read_number(const char* name, const std::string& value, const Range& range) {
  const auto number = range.read(value);
  if (!number) refuse(name, value, "allowed is " + range.text());
  return *number;
}

bool read_flag(const char* name, const std::string& value) {
  if (value != "0" && value != "1") refuse(name, value, "allowed is 0 or 1");
  return value == "1";
}

void refuse_contradictions(const LookUp& look_up) {
  for (const char* other : {"ATTNGATE_SEED", "ATTNGATE_CASES", "ATTNGATE_SECONDS"}) {
    const auto value = look_up(other);
    if (value) refuse(other, *value, "not allowed together with ATTNGATE_CASE, which runs that one case only");
  }
}

}  // namespace

Environment read_environment(const LookUp& look_up) {
  Environment environment;
  if (const auto value = look_up("ATTNGATE_CASE")) {
    environment.replay = read_case("ATTNGATE_CASE", *value);
    refuse_contradictions(look_up);
  }
  if (const auto value = look_up("ATTNGATE_SEED")) read_seed("ATTNGATE_SEED", *value, environment);
  if (const auto value = look_up("ATTNGATE_CASES"))
    environment.max_cases = read_number("ATTNGATE_CASES", *value, cases_range);
  if (const auto value = look_up("ATTNGATE_SECONDS"))
    environment.max_seconds = read_number("ATTNGATE_SECONDS", *value, seconds_range);
  if (const auto value = look_up("ATTNGATE_CASE_TIMEOUT"))
    environment.case_timeout_seconds = read_number("ATTNGATE_CASE_TIMEOUT", *value, seconds_range);
  if (const auto value = look_up("ATTNGATE_REQUIRE_GPU"))
    environment.require_gpu = read_flag("ATTNGATE_REQUIRE_GPU", *value);
  if (const auto value = look_up("ATTNGATE_IN_PROCESS"))
    environment.in_process = read_flag("ATTNGATE_IN_PROCESS", *value);
  if (const auto value = look_up("ATTNGATE_RECORD_CASES"))
    environment.record_cases = read_flag("ATTNGATE_RECORD_CASES", *value);
  if (const auto value = look_up("ATTNGATE_RESULTS")) {
    if (value->empty()) refuse("ATTNGATE_RESULTS", *value, "allowed is the path of a folder");
    environment.results_folder = *value;
  }
  return environment;
}

Environment read_environment() {
  Environment environment = read_environment([](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (!value) return std::nullopt;
    return value;
  });
  if (environment.seed_was_drawn)
    fmt::print(stderr, "attngate: ATTNGATE_SEED=random drew the seed {:#x}\n", *environment.seed);
  return environment;
}

void use_gpu_from_ctest() {
  const char* group = std::getenv("CTEST_RESOURCE_GROUP_0_GPUS");
  if (group == nullptr) return;
  const std::string text = group;
  const std::size_t comma = text.find(',');
  if (!text.starts_with("id:") || comma == std::string::npos || comma == 3) {
    throw UsageError("CTEST_RESOURCE_GROUP_0_GPUS='" + text + "': expected id:NUMBER,slots:NUMBER");
  }
  setenv("CUDA_VISIBLE_DEVICES", text.substr(3, comma - 3).c_str(), /*overwrite=*/1);
}

}  // namespace attngate

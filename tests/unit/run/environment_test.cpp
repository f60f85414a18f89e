#include "attngate/run/environment.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "unit/run/fakes.h"

namespace attngate::test {
namespace {

using Variables = std::map<std::string, std::string>;

Environment read(const Variables& variables) {
  return read_environment([&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

std::string refusal(const Variables& variables) {
  try {
    read(variables);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(EnvironmentTest, asks_for_nothing_when_nothing_is_set) {
  const Environment environment = read({});
  EXPECT_FALSE(environment.replay || environment.seed || environment.max_cases || environment.max_seconds ||
               environment.results_folder);
  EXPECT_FALSE(environment.require_gpu);
}

TEST(EnvironmentTest, reads_every_variable) {
  const Environment environment = read({{"ATTNGATE_SEED", "0x2A"},
                                        {"ATTNGATE_CASES", "1000"},
                                        {"ATTNGATE_SECONDS", "2.5"},
                                        {"ATTNGATE_CASE_TIMEOUT", "600"},
                                        {"ATTNGATE_REQUIRE_GPU", "1"},
                                        {"ATTNGATE_IN_PROCESS", "1"},
                                        {"ATTNGATE_RECORD_CASES", "1"},
                                        {"ATTNGATE_RESULTS", "some/results"}});
  EXPECT_EQ(environment.seed, 0x2au);
  EXPECT_FALSE(environment.seed_was_drawn);
  EXPECT_EQ(environment.max_cases, 1000u);
  EXPECT_EQ(environment.max_seconds, 2.5);
  EXPECT_TRUE(environment.require_gpu);
  EXPECT_TRUE(environment.in_process);
  EXPECT_TRUE(environment.record_cases);
  EXPECT_EQ(environment.results_folder, "some/results");
}

TEST(EnvironmentTest, reads_a_case_by_value) {
  const auto replay = read({{"ATTNGATE_CASE", "dtype=fp16 heads=2 head_dim=16 lengths=3,1 seed=0x7"}}).replay;
  ASSERT_TRUE(replay);
  EXPECT_EQ(replay->dtype, DType::fp16);
  EXPECT_EQ(replay->num_heads, 2);
  EXPECT_EQ(replay->lengths, (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(replay->seed, 7u);
}

TEST(EnvironmentTest, draws_another_seed_each_time_for_the_word_random) {
  const Environment first = read({{"ATTNGATE_SEED", "random"}});
  const Environment second = read({{"ATTNGATE_SEED", "random"}});
  EXPECT_TRUE(first.seed_was_drawn);
  EXPECT_NE(first.seed, second.seed);
}

TEST(EnvironmentTest, reads_seeds_up_to_the_largest) {
  EXPECT_EQ(read({{"ATTNGATE_SEED", "18446744073709551615"}}).seed, ~std::uint64_t{0});
  EXPECT_EQ(read({{"ATTNGATE_SEED", "0xffffffffffffffff"}}).seed, ~std::uint64_t{0});
}

struct BadValue {
  const char* name;
  const char* value;
};

class BadValues : public testing::TestWithParam<BadValue> {};

TEST_P(BadValues, are_refused_naming_the_variable_the_value_and_what_is_allowed) {
  const auto [name, value] = GetParam();
  const std::string text = refusal({{name, value}});
  EXPECT_TRUE(text.starts_with(std::string(name) + "='" + value + "': ")) << text;
  EXPECT_NE(text.find("allowed"), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(EnvironmentTest, BadValues,
                         testing::Values(BadValue{"ATTNGATE_SEED", ""}, BadValue{"ATTNGATE_SEED", "0x"},
                                         BadValue{"ATTNGATE_SEED", "-1"}, BadValue{"ATTNGATE_SEED", " 1"},
                                         BadValue{"ATTNGATE_SEED", "12z"}, BadValue{"ATTNGATE_SEED", "Random"},
                                         BadValue{"ATTNGATE_SEED", "18446744073709551616"},
                                         BadValue{"ATTNGATE_CASES", "0"}, BadValue{"ATTNGATE_CASES", "1e3"},
                                         BadValue{"ATTNGATE_CASES", "9223372036854775808"},
                                         BadValue{"ATTNGATE_CASES", ""}, BadValue{"ATTNGATE_SECONDS", "0"},
                                         BadValue{"ATTNGATE_SECONDS", "-3"}, BadValue{"ATTNGATE_SECONDS", "nan"},
                                         BadValue{"ATTNGATE_SECONDS", "inf"}, BadValue{"ATTNGATE_SECONDS", "10s"},
                                         BadValue{"ATTNGATE_SECONDS", "604801"}, BadValue{"ATTNGATE_CASE_TIMEOUT", "0"},
                                         BadValue{"ATTNGATE_REQUIRE_GPU", "yes"}, BadValue{"ATTNGATE_REQUIRE_GPU", ""},
                                         BadValue{"ATTNGATE_IN_PROCESS", "true"},
                                         BadValue{"ATTNGATE_RECORD_CASES", "2"}, BadValue{"ATTNGATE_RESULTS", ""}));

TEST(EnvironmentTest, refuses_a_malformed_case_with_the_parsers_words) {
  EXPECT_TRUE(refusal({{"ATTNGATE_CASE", ""}}).starts_with("ATTNGATE_CASE='': "));
  const std::string text = refusal({{"ATTNGATE_CASE", "dtype=fp16 colour=red"}});
  EXPECT_NE(text.find("colour"), std::string::npos) << text;
}

TEST(EnvironmentTest, refuses_a_case_together_with_a_seed_or_a_budget) {
  for (const char* other : {"ATTNGATE_SEED", "ATTNGATE_CASES", "ATTNGATE_SECONDS"}) {
    const std::string text = refusal({{"ATTNGATE_CASE", "dtype=fp32 heads=1 head_dim=8 lengths=1"}, {other, "5"}});
    EXPECT_TRUE(text.starts_with(other)) << text;
    EXPECT_NE(text.find("ATTNGATE_CASE"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace attngate::test

#include <gtest/gtest.h>

#include "command.h"
#include "one_helpful_line.h"

namespace attngate::test {
namespace {

CommandEnd replay(const std::string& line, const std::vector<std::string>& more) {
  Command command = {.program = attngate_command, .arguments = {"replay", line, "--device", device}};
  command.arguments.insert(command.arguments.end(), more.begin(), more.end());
  return run(command);
}

// Agreement has something to say about a batch without a token, the metamorphic properties have nothing.
const std::string no_tokens = "dtype=fp32 heads=1 head_dim=8 lengths=0,0";

TEST(ReplayOnDevice, ends_with_0_where_some_properties_hold_and_others_do_not_apply) {
  const CommandEnd end = replay(no_tokens, {"--property", "rerun", "--property", "agreement"});
  EXPECT_NE(end.output.find("the property does not apply"), std::string::npos) << end.output;
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  const CommandEnd all = replay(no_tokens, {});
  EXPECT_NE(all.output.find("the property does not apply"), std::string::npos) << all.output;
  EXPECT_EQ(all.exit_code, 0) << all.output << all.errors;
}

TEST(ReplayOnDevice, ends_with_1_where_no_property_applies) {
  const CommandEnd end = replay(no_tokens, {"--property", "rerun", "--property", "convex_hull"});
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
}

// Inputs of 64 MiB, and scores of 4 TiB.
const std::string no_machine_s_size = "dtype=fp32 heads=8 head_dim=8 lengths=262144";

TEST(Replay, of_a_case_that_fits_no_memory_is_refused_with_what_it_needs_and_what_there_is) {
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--in-process"}}) {
    std::vector<std::string> arguments = {"replay", no_machine_s_size, "--device", "cpu"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const CommandEnd end = run({.program = attngate_command, .arguments = arguments});
    EXPECT_EQ(end.exit_code, 2) << end.output << end.errors;
    EXPECT_EQ(end.output, "");
    expect_one_helpful_line(end, {"does not fit", "takes 8.19e+03 GiB", "GiB to spare", "a check may take"});
  }
}

TEST(Replay, of_such_a_case_by_the_property_tests_is_refused_too) {
  const CommandEnd end = run({.program = property_tests_command,
                              .arguments = {"--gtest_filter=property.agreement.fp32.cpu"},
                              .environment = {{"ATTNGATE_CASE", no_machine_s_size}}});
  EXPECT_EQ(end.exit_code, 2) << end.output << end.errors;
  EXPECT_NE(end.errors.find("does not fit"), std::string::npos) << end.errors;
}

Command endless_replay(const std::vector<std::string>& more, const std::map<std::string, std::string>& environment) {
  Command command = {.program = planted_command,
                     .arguments = {"replay", "dtype=fp32 heads=1 head_dim=8 lengths=2,2", "--property", "agreement",
                                   "--path", "planted_endless_loop", "--device", device},
                     .environment = environment};
  command.arguments.insert(command.arguments.end(), more.begin(), more.end());
  command.environment["ATTNGATE_PLANTED"] = "planted_endless_loop";
  return command;
}

TEST(ReplayOnDevice, takes_the_limit_of_a_case_by_option_or_by_variable_and_prints_it_to_be_run_again) {
  const CommandEnd by_option = run(endless_replay({"--case-timeout", "1.5"}, {}));
  const CommandEnd by_variable = run(endless_replay({}, {{"ATTNGATE_CASE_TIMEOUT", "1.5"}}));
  const CommandEnd again = run(printed_replay(by_option.output, "planted_endless_loop"));
  for (const CommandEnd& end : {by_option, by_variable, again}) {
    EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
    EXPECT_NE(end.output.find("no end after 1.5 s"), std::string::npos) << end.output;
    EXPECT_NE(end.output.find(" --case-timeout 1.5 'dtype="), std::string::npos) << end.output;
  }
}

TEST(CaseTimeoutOnDevice, is_taken_by_faults_as_well) {
  const CommandEnd end = run(
      {.program = attngate_command,
       .arguments = {"faults", "--fault", "length_short_by_one", "--dtype", "fp32", "--device", device, "--property",
                     "agreement", "--cases", "1", "--corpus", "none", "--no-rivals", "--case-timeout", "0.001"}});
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  EXPECT_NE(end.output.find("no end after 0.001 s"), std::string::npos) << end.output;
}

}  // namespace
}  // namespace attngate::test

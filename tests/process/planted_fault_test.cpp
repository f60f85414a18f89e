#include <gtest/gtest.h>

#include "attngate/case/text.h"
#include "command.h"
#include "results_in.h"

namespace attngate::test {
namespace {

/// A checked planted path and the JSON it left.
struct Checked {
  CommandEnd end;
  nlohmann::json result;
};

/// The path in each dtype, beside each other.
std::vector<Checked> check_in_each(const std::vector<std::string>& dtypes, const std::string& path) {
  const ScratchFolder folder;
  std::vector<Command> checks;
  for (const std::string& dtype : dtypes)
    checks.push_back(check_planted(path, {"--dtype", dtype, "--cases", "200", "--json", folder / dtype}));
  std::vector<Checked> checked;
  for (CommandEnd& end : run_together(checks))
    checked.push_back({std::move(end), results_in(folder / dtypes[checked.size()]).at(0)});
  return checked;
}

Checked check(const std::string& path, const std::string& dtype) { return check_in_each({dtype}, path).at(0); }

void expect_caught_and_replayed(const Checked& checked) {
  EXPECT_EQ(checked.end.exit_code, 1) << checked.end.output << checked.end.errors;
  EXPECT_EQ(checked.result.at("status"), "failed");

  const std::string line = checked.result.at("failures").at(0).at("shrunk").at("line");
  const AttentionCase shrunk = parse_line(line);
  EXPECT_LE(shrunk.batch_size(), 2) << line;
  EXPECT_LE(shrunk.total_tokens(), 4) << line;
  EXPECT_NE(checked.end.output.find("replay with\n    "), std::string::npos) << checked.end.output;

  const std::vector<CommandEnd> replays = run_together({printed_replay(checked.end.output, "planted_dropped_last_key"),
                                                        printed_replay(checked.end.output, "planted_healthy")});
  const CommandEnd& again = replays.at(0);
  EXPECT_EQ(again.exit_code, 1) << again.output << again.errors;
  EXPECT_NE(again.output.find("planted_dropped_last_key: wrong result"), std::string::npos) << again.output;
  EXPECT_NE(again.output.find(line), std::string::npos) << again.output;

  const CommandEnd& repaired = replays.at(1);
  EXPECT_EQ(repaired.exit_code, 0) << repaired.output << repaired.errors;
  EXPECT_NE(repaired.output.find("planted_healthy"), std::string::npos) << repaired.output;
}

TEST(DroppedLastKeyOnDevice, is_caught_and_shrunk_and_its_printed_line_fails_in_a_fresh_process) {
  for (const Checked& checked : check_in_each({"fp16", "bf16", "fp32"}, "planted_dropped_last_key"))
    expect_caught_and_replayed(checked);
}

TEST(PlantedFaultOnDevice, off_by_two_per_cent_of_the_scale_is_caught_in_fp32) {
  const Checked checked = check("planted_off_by_scale", "fp32");
  EXPECT_EQ(checked.end.exit_code, 1) << checked.end.output << checked.end.errors;
  EXPECT_EQ(checked.result.at("failures").at(0).at("paths").at(0).at("status"), "wrong result");
}

TEST(PlantedFaultOnDevice, a_healthy_path_holds_over_a_hundred_cases_of_each_dtype) {
  const ScratchFolder folder;
  const std::vector<std::string> dtypes = {"fp16", "bf16", "fp32"};
  std::vector<Command> checks;
  for (const std::string& dtype : dtypes)
    checks.push_back(check_planted("planted_healthy", {"--dtype", dtype, "--cases", "100", "--json", folder / dtype}));
  const std::vector<CommandEnd> ends = run_together(checks);
  for (std::size_t index = 0; index < dtypes.size(); ++index) {
    EXPECT_EQ(ends[index].exit_code, 0) << ends[index].output << ends[index].errors;
    EXPECT_EQ(ends[index].errors, "");
    const nlohmann::json result = results_in(folder / dtypes[index]).at(0);
    EXPECT_EQ(result.at("status"), "holds") << result.dump(2);
    EXPECT_EQ(result.at("cases"), 100) << result.dump(2);
  }
}

TEST(PlantedFaultOnDevice, a_path_that_is_now_right_and_now_wrong_is_reported_as_flaky_and_not_shrunk) {
  const Checked checked = check("planted_flaky", "fp32");
  EXPECT_EQ(checked.end.exit_code, 1) << checked.end.output << checked.end.errors;
  EXPECT_EQ(checked.result.at("status"), "flaky");
  EXPECT_EQ(checked.result.at("failures").at(0).at("shrunk").at("line"), "");
  EXPECT_NE(checked.result.at("failures").at(0).at("not_shrunk"), "");
  EXPECT_NE(checked.end.output.find("property.agreement.fp32." + device + " is FLAKY"), std::string::npos)
      << checked.end.output;
}

TEST(PlantedFaultOnDevice, an_impossible_allocation_is_called_out_of_memory) {
  const Checked checked = check("planted_out_of_memory", "fp32");
  EXPECT_EQ(checked.end.exit_code, 1) << checked.end.output << checked.end.errors;
  EXPECT_EQ(checked.result.at("failures").at(0).at("paths").at(0).at("status"), "out of memory");
  EXPECT_NE(checked.end.output.find("planted_out_of_memory: out of memory\n"), std::string::npos) << checked.end.output;
}

TEST(PlantedFaultOnDevice, an_error_of_many_lines_becomes_one_without_a_stack_trace) {
  const Checked checked = check("planted_throws", "fp32");
  EXPECT_EQ(checked.end.exit_code, 1) << checked.end.output << checked.end.errors;
  EXPECT_EQ(checked.result.at("reason"), "planted_throws: unexpected error: planted error, first line");
  const std::string said = checked.end.output + checked.end.errors;
  for (const char* noise : {"second line", "Exception raised from", "frame #", "terminate called"}) {
    EXPECT_EQ(said.find(noise), std::string::npos) << noise << " in " << said;
  }
}

}  // namespace
}  // namespace attngate::test

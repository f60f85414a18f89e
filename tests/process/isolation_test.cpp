#include <gtest/gtest.h>

#include <map>

#include "attngate/case/text.h"
#include "command.h"
#include "results_in.h"

namespace attngate::test {
namespace {

/// Planted paths, and what the report must call what they do.
using Disasters = std::map<std::string, std::string>;

/// Every planted path that ends its process or spoils it: groups, each for a run of its own beside the others.
std::vector<Disasters> groups_of_disasters() {
  Disasters ends = {{"planted_kill", "crashed"},
                    {"planted_abort", "crashed"},
                    {"planted_segfault", "crashed"},
                    {"planted_exit", "crashed"},
                    {"planted_endless_loop", "hung"}};
  const Disasters memory = {{"planted_out_of_memory", "out of memory"},
                            {"planted_endless_allocation", "out of memory"},
                            {"planted_endless_host_allocation", "out of memory"}};
  if (device != "cuda") return {ends, memory};
  ends.insert({"planted_refused_launch", "unexpected error"});  // the device goes on working
  return {ends,
          memory,
          {{"planted_illegal_access", "device lost"},
           {"planted_device_assert", "device lost"},
           {"planted_endless_kernel", "hung"}}};
}

/// Three properties over LibTorch's own paths and these planted ones.
Command check_three_properties(const std::string& planted, const std::string& json_file) {
  return {.program = planted_command,
          .arguments = {"check", "--property", "agreement", "--property", "status", "--property", "weights", "--dtype",
                        "fp32", "--device", device, "--cases", "30", "--seed", "1", "--case-timeout", "5", "--json",
                        json_file},
          .environment = {{"ATTNGATE_PLANTED", planted}},
          // Those of a hang and of an endless allocation take about 12 s each on an idle machine.
          .timeout_seconds = 400};
}

/// The same over the disasters and a healthy path.
Command check_disasters(const Disasters& disasters, const std::string& json_file) {
  std::string planted = "planted_healthy";
  for (const auto& [path, status] : disasters) planted += "," + path;
  return check_three_properties(planted, json_file);
}

/// What a result says of the healthy path.
nlohmann::json healthy_path(const nlohmann::json& result) {
  for (const nlohmann::json& path : result.at("paths")) {
    if (path.at("path") == "planted_healthy") return path;
  }
  ADD_FAILURE() << "planted_healthy is missing in " << result.dump(2);
  return {};
}

void expect_shrunk(const nlohmann::json& failure) {
  EXPECT_EQ(failure.at("not_shrunk"), "") << failure.dump(2);
  std::string line = failure.at("shrunk").at("line");
  if (line.empty()) line = failure.at("first").at("line");  // it was as small as can be
  const AttentionCase smallest = parse_line(line);
  EXPECT_LE(smallest.batch_size(), 2) << failure.dump(2);
  EXPECT_LE(smallest.total_tokens(), 6) << failure.dump(2);
  EXPECT_LE(failure.at("shrinking").at("seconds"), 30) << failure.dump(2);
}

/// `undisturbed_runs`: how often the healthy path runs where no disaster happens. It leaves out cases that it cannot
/// express.
void expect_all_named(const Disasters& disasters, const CommandEnd& end, const nlohmann::json& results,
                      int undisturbed_runs) {
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  ASSERT_EQ(results.size(), 3u);
  const nlohmann::json& agreement = results.at(0);
  EXPECT_EQ(agreement.at("status"), "failed");
  EXPECT_EQ(agreement.at("cases").get<int>() - agreement.at("corpus_cases").get<int>(), 30);
  EXPECT_EQ(agreement.at("failures").size(), disasters.size()) << end.output;
  Disasters named;
  for (const nlohmann::json& failure : agreement.at("failures")) {
    expect_shrunk(failure);
    named[failure.at("path")] = failure.at("status");
    EXPECT_NE(end.output.find(failure.at("replay").get<std::string>()), std::string::npos) << end.output;
  }
  EXPECT_EQ(named, disasters);

  const nlohmann::json healthy = healthy_path(agreement);
  EXPECT_EQ(healthy.at("runs"), undisturbed_runs) << healthy.dump(2);
  EXPECT_LT(healthy.at("worst_margin").at("value"), 1) << healthy.dump(2);
  for (const nlohmann::json& other : {results.at(1), results.at(2)}) {
    EXPECT_EQ(other.at("status"), "holds") << other.dump(2);
    EXPECT_EQ(other.at("cases"), 30) << other.dump(2);
  }
}

TEST(IsolationOnDevice, lets_a_run_finish_in_which_every_kind_of_disaster_happens_and_name_each) {
  const ScratchFolder folder;
  const std::vector<Disasters> groups = groups_of_disasters();
  const auto json_file = [&](std::size_t index) { return folder / std::to_string(index); };
  std::vector<Command> commands = {check_three_properties("planted_healthy", folder / "undisturbed")};
  for (std::size_t index = 0; index < groups.size(); ++index)
    commands.push_back(check_disasters(groups[index], json_file(index)));
  const std::vector<CommandEnd> ends = run_together(commands);

  EXPECT_EQ(ends.front().exit_code, 0) << ends.front().output << ends.front().errors;
  const int undisturbed_runs = healthy_path(results_in(folder / "undisturbed").at(0)).at("runs");
  EXPECT_GE(undisturbed_runs, 15);
  for (std::size_t index = 0; index < groups.size(); ++index)
    expect_all_named(groups[index], ends[index + 1], results_in(json_file(index)), undisturbed_runs);
}

TEST(IsolationOnDevice, names_every_bad_path_of_a_replayed_case) {
  const ScratchFolder folder;
  const CommandEnd end =
      run({.program = planted_command,
           .arguments = {"replay", "dtype=fp32 heads=1 head_dim=8 lengths=2,2", "--property", "agreement", "--device",
                         device, "--json", folder / "results.json"},
           .environment = {
               {"ATTNGATE_PLANTED", "planted_segfault,planted_dropped_last_key,planted_healthy,planted_exit"}}});
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  const nlohmann::json result = results_in(folder / "results.json").at(0);
  EXPECT_EQ(result.at("cases"), 1);
  std::map<std::string, std::string> named;
  for (const nlohmann::json& failure : result.at("failures")) named[failure.at("path")] = failure.at("status");
  EXPECT_EQ(named, (std::map<std::string, std::string>{{"planted_segfault", "crashed"},
                                                       {"planted_dropped_last_key", "wrong result"},
                                                       {"planted_exit", "crashed"}}));
}

TEST(IsolationOnDevice, stops_at_the_first_failure_when_asked_to) {
  const ScratchFolder folder;
  Command command = check_disasters(groups_of_disasters().front(), folder / "results.json");
  command.arguments.push_back("--stop-at-first");
  const CommandEnd end = run(command);
  EXPECT_EQ(results_in(folder / "results.json").at(0).at("failures").size(), 1u) << end.output;
}

}  // namespace
}  // namespace attngate::test

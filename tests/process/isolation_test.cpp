#include <gtest/gtest.h>

#include <map>

#include "attngate/case/text.h"
#include "command.h"
#include "results_in.h"

namespace attngate::test {
namespace {

/// Planted paths, and what the report must call what they do.
using Disasters = std::map<std::string, std::string>;

/// Every planted path that ends its process or spoils it.
Disasters all_disasters() {
  Disasters all = {{"planted_kill", "crashed"},
                   {"planted_abort", "crashed"},
                   {"planted_segfault", "crashed"},
                   {"planted_exit", "crashed"},
                   {"planted_endless_loop", "hung"},
                   {"planted_out_of_memory", "out of memory"},
                   {"planted_endless_allocation", "out of memory"},
                   {"planted_endless_host_allocation", "out of memory"}};
  if (device == "cuda") {
    all.insert({{"planted_illegal_access", "device lost"},
                {"planted_device_assert", "device lost"},
                {"planted_endless_kernel", "hung"},
                // The device goes on working.
                {"planted_refused_launch", "unexpected error"}});
  }
  return all;
}

/// Three properties over LibTorch's own paths and these planted ones.
Command check_three_properties(const std::string& planted, const std::string& json_file) {
  return {.program = planted_command,
          .arguments = {"check", "--property", "agreement", "--property", "status", "--property", "weights", "--dtype",
                        "fp32", "--device", device, "--cases", "30", "--seed", "1", "--json", json_file},
          .environment = {{"ATTNGATE_PLANTED", planted}}};
}

/// The same over the disasters and a healthy path.
Command check_all_disasters(const std::string& json_file) {
  std::string planted = "planted_healthy";
  for (const auto& [path, status] : all_disasters()) planted += "," + path;
  Command command = check_three_properties(planted, json_file);
  command.arguments.insert(command.arguments.end(), {"--case-timeout", "5"});
  // Twelve failures; those of a hang and of an endless allocation take about 12 s each on an idle machine.
  command.timeout_seconds = 400;
  return command;
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

// One run for all: in runs beside each other an endless kernel makes a GPU so slow that a healthy path counts as hung.
TEST(IsolationOnDevice, lets_a_run_finish_in_which_every_kind_of_disaster_happens_and_name_each) {
  const ScratchFolder folder;
  // How often the healthy path runs where no disaster happens: it leaves out cases that it cannot express.
  RunningCommand undisturbed(check_three_properties("planted_healthy", folder / "undisturbed.json"));
  const CommandEnd end = run(check_all_disasters(folder / "results.json"));
  const CommandEnd undisturbed_end = undisturbed.wait();
  EXPECT_EQ(undisturbed_end.exit_code, 0) << undisturbed_end.output << undisturbed_end.errors;
  const nlohmann::json undisturbed_path = healthy_path(results_in(folder / "undisturbed.json").at(0));

  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  const nlohmann::json results = results_in(folder / "results.json");
  ASSERT_EQ(results.size(), 3u);

  const nlohmann::json& agreement = results.at(0);
  EXPECT_EQ(agreement.at("status"), "failed");
  EXPECT_EQ(agreement.at("cases").get<int>() - agreement.at("corpus_cases").get<int>(), 30);
  EXPECT_EQ(agreement.at("failures").size(), all_disasters().size()) << end.output;
  Disasters named;
  for (const nlohmann::json& failure : agreement.at("failures")) {
    expect_shrunk(failure);
    named[failure.at("path")] = failure.at("status");
    EXPECT_NE(end.output.find(failure.at("replay").get<std::string>()), std::string::npos) << end.output;
  }
  EXPECT_EQ(named, all_disasters());

  const nlohmann::json healthy = healthy_path(agreement);
  EXPECT_GE(healthy.at("runs"), 15) << healthy.dump(2);
  EXPECT_EQ(healthy.at("runs"), undisturbed_path.at("runs")) << healthy.dump(2);
  EXPECT_LT(healthy.at("worst_margin").at("value"), 1) << healthy.dump(2);
  for (const nlohmann::json& other : {results.at(1), results.at(2)}) {
    EXPECT_EQ(other.at("status"), "holds") << other.dump(2);
    EXPECT_EQ(other.at("cases"), 30) << other.dump(2);
  }
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
  Command command = check_all_disasters(folder / "results.json");
  command.arguments.push_back("--stop-at-first");
  const CommandEnd end = run(command);
  EXPECT_EQ(results_in(folder / "results.json").at(0).at("failures").size(), 1u) << end.output;
}

}  // namespace
}  // namespace attngate::test

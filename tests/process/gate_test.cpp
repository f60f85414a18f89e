#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "command.h"

namespace attngate::test {
namespace {

/// A gate of one's own over two paths that exist everywhere.
Command own_gate(const std::string& bound, const std::string& value, const std::string& json_file) {
  return {.program = attngate_command,
          .arguments = {"gate", "--device", device, "--case", "dtype=fp32 heads=4 head_dim=32 lengths=32x8 mask=none",
                        "--candidate", "composite_sdpa_dense.math", "--base", "nn_mha_slow.math", bound, value,
                        "--confirm", "8", "--json", json_file}};
}

nlohmann::json only_gate(const std::string& file) {
  const nlohmann::json gates = nlohmann::json::parse(file_text(file)).at("gates");
  EXPECT_EQ(gates.size(), 1u);
  return gates.at(0);
}

TEST(GateOnDevice, of_ones_own_passes_within_its_bound_and_keeps_every_sample) {
  const ScratchFolder folder;
  const CommandEnd end = run(own_gate("--most-ratio", "100", folder / "gate.json"));
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  EXPECT_NE(end.output.find("PASS  gate.own: composite_sdpa_dense.math takes "), std::string::npos) << end.output;
  EXPECT_NE(end.output.find(", at most 100 allowed"), std::string::npos) << end.output;
  const nlohmann::json gate = only_gate(folder / "gate.json");
  EXPECT_EQ(gate.at("status"), "pass");
  ASSERT_EQ(gate.at("processes").size(), 1u);
  EXPECT_GE(gate.at("processes").at(0).at("samples").at("candidate_first").size(), 11u);
}

TEST(GateOnDevice, beyond_its_bound_is_confirmed_in_fresh_processes_and_fails) {
  const ScratchFolder folder;
  const CommandEnd end = run(own_gate("--least-speedup", "100", folder / "gate.json"));
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  EXPECT_NE(end.output.find("8 of 8 fresh processes beyond the bound"), std::string::npos) << end.output;
  const nlohmann::json gate = only_gate(folder / "gate.json");
  EXPECT_EQ(gate.at("status"), "fail");
  EXPECT_EQ(gate.at("processes").size(), 9u);
}

TEST(GateOnDevice, of_a_candidate_with_wrong_results_fails_and_takes_no_time_of_it) {
  const ScratchFolder folder;
  Command command = own_gate("--most-ratio", "100", folder / "gate.json");
  command.program = planted_command;
  command.environment = {{"ATTNGATE_PLANTED", "planted_dropped_last_key"}};
  std::ranges::replace(command.arguments, "composite_sdpa_dense.math", "planted_dropped_last_key");
  const CommandEnd end = run(command);
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  EXPECT_NE(end.output.find("FAIL  gate.own: planted_dropped_last_key: wrong result: "), std::string::npos)
      << end.output;
  EXPECT_NE(end.output.find("its time says nothing"), std::string::npos) << end.output;
  const nlohmann::json gate = only_gate(folder / "gate.json");
  EXPECT_EQ(gate.at("status"), "fail");
  EXPECT_EQ(gate.at("processes").size(), 0u) << gate.dump(2);
}

TEST(GateOnDevice, of_a_case_without_tokens_is_refused) {
  const ScratchFolder folder;
  Command command = own_gate("--most-ratio", "100", folder / "gate.json");
  for (std::string& argument : command.arguments) {
    if (argument.starts_with("dtype=")) argument = "dtype=fp32 heads=4 head_dim=32 lengths=0,0";
  }
  const CommandEnd end = run(command);
  EXPECT_EQ(end.exit_code, 2) << end.output << end.errors;
  EXPECT_NE(end.errors.find("there is nothing to time"), std::string::npos) << end.errors;
}

TEST(GateOnDevice, is_skipped_where_its_path_does_not_promise_to_run) {
  const ScratchFolder folder;
  Command command = own_gate("--most-ratio", "1", folder / "gate.json");
  for (std::string& argument : command.arguments) {
    if (argument == "composite_sdpa_dense.math") argument = "composite_sdpa_dense.cudnn";  // takes no fp32
  }
  const CommandEnd end = run(command);
  EXPECT_EQ(end.exit_code, 77) << end.output << end.errors;
  EXPECT_NE(end.output.find("composite_sdpa_dense.cudnn does not run this case"), std::string::npos) << end.output;
}

TEST(GateOnDevice, of_a_gpu_is_skipped_on_another_device_and_says_how_to_calibrate) {
  if (device != "cpu") GTEST_SKIP() << "this is that GPU";
  const CommandEnd end = run({.program = attngate_command, .arguments = {"gate", "--device", "cpu", "--gate", "self"}});
  EXPECT_EQ(end.exit_code, 77) << end.output << end.errors;
  EXPECT_NE(end.output.find("attngate gate calibrate"), std::string::npos) << end.output;
}

TEST(GateTest, without_a_subcommand_is_a_run) {
  const auto end_of = [](const std::vector<std::string>& arguments) {
    return run({.program = attngate_command, .arguments = arguments});
  };
  const CommandEnd named = end_of({"gate", "run", "--device", "cpu", "--gate", "self"});
  const CommandEnd unnamed = end_of({"gate", "--device", "cpu", "--gate", "self"});
  EXPECT_EQ(unnamed.exit_code, 77) << unnamed.errors;
  EXPECT_EQ(unnamed.exit_code, named.exit_code);
  EXPECT_EQ(unnamed.output, named.output);
}

TEST(GateListTest, shows_the_gates_by_name_and_runs_nothing) {
  const CommandEnd end =
      run({.program = attngate_command, .arguments = {"gate", "list", "--gate", "memory", "--class", "padding_90"}});
  EXPECT_EQ(end.exit_code, 0) << end.errors;
  EXPECT_NE(end.output.find("gate.memory.long.bf16.padding_90"), std::string::npos) << end.output;
  EXPECT_EQ(end.output.find("padding_50"), std::string::npos) << end.output;
}

}  // namespace
}  // namespace attngate::test

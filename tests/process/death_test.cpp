#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>

#include "attngate/case/text.h"
#include "attngate/run/journal.h"
#include "command.h"
#include "results_in.h"

namespace attngate::test {
namespace {

std::string journal_in(const ScratchFolder& folder, const std::string& dtype = "fp32") {
  return folder / ("property.agreement." + dtype + "." + device + ".journal");
}

/// The case in which the run of this journal ended; a planted disaster waits for two sequences.
AttentionCase fatal_case(const std::string& journal) {
  const std::optional<std::string> line = case_in_flight(journal);
  if (!line) throw std::runtime_error("no case is in flight in " + journal + ":\n" + file_text(journal));
  return parse_line(*line);
}

bool is_in_a_fatal_case(const std::string& journal) {
  if (!std::filesystem::exists(journal)) return false;
  const std::optional<std::string> line = case_in_flight(journal);
  return line && parse_line(*line).batch_size() > 1;
}

Command fatal_run(const std::string& path, const ScratchFolder& folder, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"--dtype", "fp32", "--cases", "200", "--results", folder.path()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return check_planted(path, arguments);
}

/// How many processes run whose command line names the folder: a run that leaves its results there, and its workers.
std::ptrdiff_t processes_of(const ScratchFolder& folder) {
  std::error_code error;
  const std::filesystem::directory_iterator processes("/proc", error);
  return std::count_if(begin(processes), end(processes), [&](const auto& entry) {
    return file_text((entry.path() / "cmdline").string()).find(folder.path()) != std::string::npos;
  });
}

TEST(DeathOnDevice, in_process_by_kill_9_leaves_the_case_in_the_journal) {
  const ScratchFolder folder;
  EXPECT_EQ(run(fatal_run("planted_kill", folder, {"--in-process"})).signal, SIGKILL);
  EXPECT_GT(fatal_case(journal_in(folder)).batch_size(), 1);
  EXPECT_FALSE(std::filesystem::exists(folder / ("property.agreement.fp32." + device + ".json")));
}

void expect_last_words(const std::string& path, int signal, const std::string& name) {
  const ScratchFolder folder;
  const CommandEnd end = run(fatal_run(path, folder, {"--in-process"}));
  EXPECT_EQ(end.signal, signal) << end.errors;
  const std::string line = to_line(fatal_case(journal_in(folder)));
  EXPECT_NE(end.errors.find("attngate: died by " + name + " in case: " + line + "\n"), std::string::npos) << end.errors;
  EXPECT_NE(end.errors.find("attngate: replay with: "), std::string::npos) << end.errors;
  EXPECT_NE(
      end.errors.find(" replay --property agreement --device " + device + " --path " + path + " '" + line + "'\n"),
      std::string::npos)
      << end.errors;
  const CommandEnd again = run(printed_replay(end.errors, path));
  EXPECT_EQ(again.exit_code, 1) << again.output << again.errors;
  EXPECT_NE(again.output.find("reason     " + path + ": crashed\n"), std::string::npos) << again.output;
  EXPECT_NE(again.output.find("died by " + name), std::string::npos) << again.output;
}

TEST(DeathOnDevice, in_process_by_abort_leaves_the_case_in_the_journal_and_prints_how_to_die_again) {
  expect_last_words("planted_abort", SIGABRT, "SIGABRT");
}

TEST(DeathOnDevice, in_process_by_segfault_leaves_the_case_in_the_journal_and_prints_how_to_die_again) {
  expect_last_words("planted_segfault", SIGSEGV, "SIGSEGV");
}

TEST(DeathOnDevice, in_process_by_exit_names_the_case_and_ends_with_1_whatever_code_the_path_gives) {
  const ScratchFolder folder;
  const CommandEnd end = run(fatal_run("planted_exit", folder, {"--in-process"}));
  EXPECT_EQ(end.exit_code, 1) << end.errors;
  const std::string line = to_line(fatal_case(journal_in(folder)));
  EXPECT_NE(end.errors.find("attngate: ended by exit() in case: " + line + "\n"), std::string::npos) << end.errors;
  const CommandEnd again = run(printed_replay(end.errors, "planted_exit"));
  EXPECT_NE(again.output.find("exited with code 3"), std::string::npos) << again.output;
}

TEST(DeathOnDevice, of_the_supervisor_by_kill_9_leaves_the_case_in_the_journal_and_no_worker_behind) {
  const ScratchFolder folder;
  RunningCommand running(fatal_run("planted_endless_loop", folder));
  ASSERT_TRUE(wait_until([&] { return is_in_a_fatal_case(journal_in(folder)); })) << running.wait().errors;
  EXPECT_GE(processes_of(folder), 2) << "the run and its worker";
  running.send(SIGKILL);
  EXPECT_EQ(running.wait().signal, SIGKILL);
  EXPECT_GT(fatal_case(journal_in(folder)).batch_size(), 1);
  EXPECT_TRUE(wait_until([&] { return processes_of(folder) == 0; }));
}

TEST(DeathOnDevice, of_a_second_run_takes_the_results_of_the_first_away_and_is_reported_as_not_finished) {
  const ScratchFolder folder;
  const std::string test = "property.agreement.fp32." + device, json = folder / "all.json";
  const CommandEnd first = run(check_planted(
      "planted_healthy", {"--dtype", "fp32", "--cases", "3", "--results", folder / "each", "--json", json}));
  ASSERT_EQ(first.exit_code, 0) << first.output << first.errors;
  ASSERT_TRUE(std::filesystem::exists(folder / ("each/" + test + ".json")));
  const CommandEnd second = run(check_planted("planted_kill", {"--dtype", "fp32", "--cases", "200", "--results",
                                                               folder / "each", "--json", json, "--in-process"}));
  ASSERT_EQ(second.signal, SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(folder / ("each/" + test + ".json")));
  EXPECT_FALSE(std::filesystem::exists(json));
  const CommandEnd report = run({.program = attngate_command, .arguments = {"report", folder / "each"}});
  EXPECT_EQ(report.exit_code, 1) << report.output << report.errors;
  EXPECT_NE(report.output.find(test), std::string::npos) << report.output;
  EXPECT_NE(report.output.find("1 test: 0 hold, 0 skipped, 0 failed, 1 not finished"), std::string::npos)
      << report.output;
}

TEST(DeathOnDevice, of_the_supervisor_in_an_endless_loop_by_sigterm_names_the_case) {
  const ScratchFolder folder;
  RunningCommand running(fatal_run("planted_endless_loop", folder));
  ASSERT_TRUE(wait_until([&] { return is_in_a_fatal_case(journal_in(folder)); })) << running.wait().errors;
  running.send(SIGTERM);
  const CommandEnd end = running.wait();
  EXPECT_EQ(end.signal, SIGTERM);
  const std::string line = to_line(fatal_case(journal_in(folder)));
  EXPECT_NE(end.errors.find("attngate: stopped by SIGTERM in case: " + line + "\n"), std::string::npos) << end.errors;
}

/// What a scheduler, a terminal or Ctrl-C sends to a run and its workers; each must leave the same behind.
class StoppedRunOnDevice : public testing::TestWithParam<int> {};

TEST_P(StoppedRunOnDevice, keeps_the_results_of_finished_tests_and_a_readable_journal_and_calls_no_path_bad) {
  const ScratchFolder folder;
  // bf16 runs for two seconds after fp32's results are on disk: time enough to hit it.
  Command command =
      check_planted("planted_healthy", {"--dtype", "fp32", "--dtype", "bf16", "--cases", "1000000", "--seconds", "2",
                                        "--json", folder / "results.json", "--results", folder / "each"});
  command.own_group = true;
  RunningCommand running(command);
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(folder / "results.json"); })) << running.wait().errors;
  const std::string second = (folder / "each/") + "property.agreement.bf16." + device + ".journal";
  ASSERT_TRUE(wait_until([&] { return file_text(second).find("\ndtype=bf16") != std::string::npos; }))
      << running.wait().errors;
  running.send_to_group(GetParam());
  const CommandEnd end = running.wait();
  const std::string name = std::string("SIG") + ::sigabbrev_np(GetParam());
  EXPECT_EQ(end.signal, GetParam()) << end.output;
  EXPECT_NE(end.errors.find("attngate: stopped by " + name + " in case: "), std::string::npos) << end.errors;
  const nlohmann::json results = results_in(folder / "results.json");
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results.at(0).at("test"), "property.agreement.fp32." + device);
  EXPECT_EQ(results.at(0).at("status"), "holds");
  EXPECT_EQ(results.at(1).at("status"), "stopped") << results.at(1).dump(2);
  EXPECT_EQ(results.at(1).at("reason"), "stopped by " + name);
  EXPECT_TRUE(results.at(1).at("failures").empty()) << results.at(1).dump(2);
  EXPECT_EQ(nlohmann::json::parse(file_text(folder / "results.json")).at("finished"), false);
  EXPECT_NE(end.output.find("2 tests: 1 hold, 0 skipped, 0 failed, 1 stopped"), std::string::npos) << end.output;
  EXPECT_NE(end.output.find("stopped: 1 of 2 tests finished\n"), std::string::npos) << end.output;
  EXPECT_NO_THROW(fatal_case(second));
}

INSTANTIATE_TEST_SUITE_P(by, StoppedRunOnDevice, testing::Values(SIGINT, SIGTERM, SIGHUP),
                         [](const auto& test) { return ::sigabbrev_np(test.param); });

TEST(DeathOnDevice, of_a_replay_by_sigterm_to_all_its_processes_names_the_case_and_calls_no_path_bad) {
  Command command = {.program = planted_command,
                     .arguments = {"replay", "dtype=fp32 heads=1 head_dim=8 lengths=2,2", "--property", "agreement",
                                   "--path", "planted_endless_loop", "--device", device},
                     .environment = {{"ATTNGATE_PLANTED", "planted_endless_loop"}}};
  const ScratchFolder folder;
  command.arguments.insert(command.arguments.end(), {"--json", folder / "results.json"});
  command.own_group = true;
  RunningCommand running(command);
  ASSERT_TRUE(wait_until([&] { return running.output().find("replaying one case") != std::string::npos; }));
  running.send_to_group(SIGTERM);
  const CommandEnd end = running.wait();
  EXPECT_EQ(end.signal, SIGTERM) << end.output;
  EXPECT_EQ(end.output.find("FAILED"), std::string::npos) << end.output;
  EXPECT_NE(end.errors.find("attngate: stopped by SIGTERM"), std::string::npos) << end.errors;
  EXPECT_EQ(results_in(folder / "results.json").at(0).at("status"), "stopped");
}

}  // namespace
}  // namespace attngate::test

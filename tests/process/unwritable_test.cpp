#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "command.h"
#include "results_in.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

/// Three properties, of which the second is wrong or none.
Command check_three(const std::string& planted, const std::string& json, std::uint64_t most_file_bytes) {
  return {.program = planted_command,
          .arguments = {"check", "--property", "batch_permutation", "--property", "agreement", "--property", "rerun",
                        "--path", planted, "--dtype", "fp32", "--device", "cpu", "--seed", "1", "--cases", "5",
                        "--json", json},
          .environment = {{"ATTNGATE_PLANTED", planted}},
          .most_file_bytes = most_file_bytes};
}

bool has_parts(const std::string& folder) {
  const std::filesystem::directory_iterator files(folder);
  return std::any_of(begin(files), end(files), [](const auto& entry) { return entry.path().extension() == ".part"; });
}

// More than the output has, and less than the results of one property.
constexpr std::uint64_t room_for_output = 3500;

TEST(Unwritable, json_of_a_check_loses_no_property_and_is_told_at_the_end) {
  const ScratchFolder folder;
  const CommandEnd end = run(check_three("planted_healthy", folder / "x.json", room_for_output));
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  EXPECT_NE(end.output.find("3 tests: 3 hold, 0 skipped, 0 failed;"), std::string::npos) << end.output;
  EXPECT_NE(
      end.errors.find("attngate: failed: results '" + (folder / "x.json") + "': cannot be written: File too large"),
      std::string::npos)
      << end.errors;
  EXPECT_FALSE(has_parts(folder.path()));
}

TEST(Unwritable, json_of_a_check_hides_no_failure) {
  const ScratchFolder folder;
  const CommandEnd end = run(check_three("planted_throws", folder / "x.json", 6000));
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  EXPECT_NE(end.output.find("replay with"), std::string::npos) << end.output;
  EXPECT_NE(end.output.find("3 tests: "), std::string::npos) << end.output;
  EXPECT_NE(end.errors.find("cannot be written"), std::string::npos) << end.errors;
}

TEST(Unwritable, json_of_a_replay_is_told_at_the_end) {
  const ScratchFolder folder;
  const CommandEnd end =
      run({.program = planted_command,
           .arguments = {"replay", "dtype=fp32 heads=1 head_dim=8 lengths=2", "--property", "status", "--property",
                         "agreement", "--path", "planted_healthy", "--device", "cpu", "--json", folder / "x.json"},
           .environment = {{"ATTNGATE_PLANTED", "planted_healthy"}},
           .most_file_bytes = 2500});
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  EXPECT_NE(end.output.find("property.agreement.fp32.cpu holds"), std::string::npos) << end.output;
  EXPECT_NE(end.errors.find("x.json': cannot be written: File too large"), std::string::npos) << end.errors;
  EXPECT_FALSE(has_parts(folder.path()));
}

TEST(Unwritable, journals_and_records_of_the_results_folder_lose_no_property) {
  const ScratchFolder folder;
  Command command = check_three("planted_healthy", folder / "x.json", 5000);
  command.arguments.resize(command.arguments.size() - 4);
  command.arguments.insert(command.arguments.end(), {"--cases", "100", "--results", folder / "each", "--record-cases"});
  const CommandEnd end = run(command);
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  EXPECT_NE(end.output.find("3 tests: 0 hold, 0 skipped, 0 failed, 3 error;"), std::string::npos)
      << end.output << end.errors;
  EXPECT_NE(end.output.find("cannot be written"), std::string::npos) << end.output;
  EXPECT_FALSE(has_parts(folder / "each"));
}

TEST(Unwritable, journal_of_a_later_property_leaves_the_others_and_is_told_at_the_end) {
  const ScratchFolder folder;
  // A folder in the place of the second journal.
  std::filesystem::create_directories(folder / "each/property.agreement.fp32.cpu.journal");
  Command command = check_three("planted_healthy", folder / "x.json", 0);
  command.arguments.insert(command.arguments.end(), {"--results", folder / "each"});
  const CommandEnd end = run(command);
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  EXPECT_NE(end.output.find("2 tests: 2 hold, 0 skipped, 0 failed;"), std::string::npos) << end.output;
  EXPECT_NE(end.errors.find("attngate: failed: property.agreement.fp32.cpu: journal"), std::string::npos) << end.errors;
  EXPECT_EQ(results_in(folder / "x.json").size(), 2u);
}

TEST(Unwritable, json_of_a_gate_loses_no_table_and_is_told_at_the_end) {
  const ScratchFolder folder;
  const CommandEnd end =
      run({.program = attngate_command,
           .arguments = {"gate", "--device", "cpu", "--case", "dtype=fp32 heads=1 head_dim=8 lengths=4", "--candidate",
                         "nn_mha_slow.math", "--base", "nn_mha_slow.math", "--most-ratio", "10", "--pairs", "11",
                         "--json", folder / "x.json"},
           .most_file_bytes = 1500});
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  EXPECT_NE(end.output.find("1 passed, 0 failed"), std::string::npos) << end.output;
  EXPECT_NE(end.errors.find("attngate: failed: results '"), std::string::npos) << end.errors;
  EXPECT_FALSE(has_parts(folder.path()));
}

/// The command line behind a shell, with its stdout gone somewhere.
CommandEnd with_output(const std::string& arguments, const std::string& redirection) {
  return run({.program = "/bin/sh", .arguments = {"-c", "exec '" + attngate_command + "' " + arguments + redirection}});
}

const std::string small_check = "check --device cpu --property status --dtype fp32 --cases 2";

TEST(Unwritable, standard_output_of_any_command_is_an_error) {
  for (const std::string arguments :
       {small_check.c_str(), "list", "faults --list", "--help", "--version",
        "replay --device cpu --property status 'dtype=fp32 heads=1 head_dim=8 lengths=2'"}) {
    const CommandEnd end = with_output(arguments, " > /dev/full");
    EXPECT_EQ(end.exit_code, 1) << arguments << end.errors;
    EXPECT_NE(end.errors.find("attngate: failed: standard output cannot be written"), std::string::npos)
        << arguments << end.errors;
  }
}

TEST(Unwritable, standard_output_that_is_closed_or_has_no_reader_lets_the_run_end_and_leave_its_files) {
  for (const std::string redirection : {" >&-", " | head -c 1 > /dev/null"}) {
    const ScratchFolder folder;
    const std::string json = folder / "x.json", code = folder / "code";
    const std::string command = "'" + attngate_command + "' " + small_check + " --json '" + json + "'";
    run({.program = "/bin/sh", .arguments = {"-c", "{ " + command + "; echo $? > '" + code + "'; }" + redirection}});
    EXPECT_EQ(file_text(code), "1\n") << redirection;
    EXPECT_EQ(results_in(json).size(), 1u) << redirection;
  }
}

TEST(Unwritable, standard_output_leaves_a_usage_error_what_it_is) {
  EXPECT_EQ(with_output("check --device cpu --dtype fp99", " > /dev/full").exit_code, 2);
}

}  // namespace
}  // namespace attngate::test

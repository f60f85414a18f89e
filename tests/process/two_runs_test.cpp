// What two runs make of one output, one behind the other or at once: nothing that was measured is lost or mixed.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <set>

#include "csv_table.h"
#include "one_helpful_line.h"
#include "small_sweep.h"

namespace attngate::test {
namespace {

Command with(Command command, const std::vector<std::string>& more) {
  command.arguments.insert(command.arguments.end(), more.begin(), more.end());
  return command;
}

/// A second run beside a first one: forked, since the first shall still be there when it looks.
CommandEnd beside_it(Command command) {
  command.forked = true;
  return run(command);
}

TEST(TwoRunsOnDevice, of_a_sweep_behind_each_other_need_overwrite_for_the_second) {
  const ScratchFolder folder;
  const Command rows_alone = small_fastpath({"--save-path", folder / "rows.csv"}, "31");
  const Command command =
      with(rows_alone, {"--error-save-path", folder / "errors.json", "--json", folder / "all.json"});
  ASSERT_EQ(run(command).exit_code, 0);
  const std::string rows = file_text(folder / "rows.csv"), all = file_text(folder / "all.json");
  for (const auto& [again, file] : {std::pair{command, "all.json"}, {rows_alone, "rows.csv"}}) {
    const CommandEnd refused = run(again);
    EXPECT_EQ(refused.exit_code, 2) << refused.output;
    expect_one_helpful_line(refused, {file, "--resume", "--overwrite"});
  }
  EXPECT_EQ(file_text(folder / "rows.csv"), rows);
  EXPECT_EQ(file_text(folder / "all.json"), all);
  const CommandEnd resumed = run(with(command, {"--resume"}));
  EXPECT_EQ(resumed.exit_code, 0) << resumed.errors;
  EXPECT_EQ(file_text(folder / "rows.csv"), rows);
  const CommandEnd overwritten = run(with(command, {"--overwrite"}));
  EXPECT_EQ(overwritten.exit_code, 0) << overwritten.errors;
  EXPECT_EQ(Table(folder / "rows.csv").rows(), 2u);
  EXPECT_NE(file_text(folder / "all.json"), all);
}

TEST(TwoRunsOnDevice, of_a_sweep_at_once_are_one_and_a_refusal_whatever_the_second_asks_for) {
  const ScratchFolder folder;
  const std::string file = folder / "rows.csv";
  RunningCommand first(long_fastpath(file, false));
  ASSERT_TRUE(wait_until([&] { return Table(file).rows() >= 1; }));
  for (const char* mode : {"", "--resume", "--overwrite"}) {
    Command second = long_fastpath(file, false);
    if (*mode != '\0') second.arguments.emplace_back(mode);
    const CommandEnd end = beside_it(second);
    EXPECT_EQ(end.exit_code, 2) << mode << end.output;
    expect_one_helpful_line(end, {"--save-path", "another run is writing it", "another file"});
  }
  first.send(SIGINT);
  const CommandEnd end = first.wait();
  EXPECT_TRUE(end.exit_code == 0 || end.exit_code == 1) << end.errors;
  const Table table(file);
  EXPECT_GE(table.rows(), 1u);
  EXPECT_NE(end.output.find(std::to_string(table.rows()) + " of 30 rows"), std::string::npos) << end.output;
}

TEST(TwoRunsOnDevice, of_a_sweep_at_once_share_no_json_and_leave_no_lock) {
  const ScratchFolder folder;
  RunningCommand first(with(long_fastpath(folder / "one.csv", false),
                            {"--json", folder / "all.json", "--error-save-path", folder / "errors.json"}));
  ASSERT_TRUE(wait_until([&] { return Table(folder / "one.csv").rows() >= 1; }));
  for (const auto& [option, file] : {std::pair{"--json", "all.json"}, {"--error-save-path", "errors.json"}}) {
    const CommandEnd end = beside_it(with(long_fastpath(folder / "two.csv", false), {option, folder / file}));
    EXPECT_EQ(end.exit_code, 2) << end.output;
    expect_one_helpful_line(end, {option, "another run is writing it"});
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "two.csv")) << "it was refused before it began";
  first.send(SIGINT);
  first.wait();
  std::set<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    left.insert(entry.path().filename().string());
  EXPECT_EQ(left, (std::set<std::string>{"all.json", "errors.json", "one.csv"}));
}

Command check_into(const std::string& folder, const std::string& property, const std::string& cases) {
  return {.program = attngate_command,
          .arguments = {"check", "--device", device, "--dtype", "fp32", "--property", property, "--cases", cases,
                        "--results", folder}};
}

TEST(TwoRunsOnDevice, of_one_test_into_one_folder_at_once_are_one_and_a_refusal_and_those_of_others_go_on) {
  const ScratchFolder folder;
  const std::string journal = folder / ("property.agreement.fp32." + device + ".journal");
  RunningCommand first(check_into(folder.path(), "agreement", "1000000"));
  ASSERT_TRUE(wait_until([&] { return file_text(journal).find("dtype=") != std::string::npos; }));
  const CommandEnd second = run(check_into(folder.path(), "agreement", "3"));
  EXPECT_EQ(second.exit_code, 2) << second.output;
  expect_one_helpful_line(second, {journal, "another run of this test", "another folder"});
  const CommandEnd of_another_test = run(check_into(folder.path(), "status", "3"));
  EXPECT_EQ(of_another_test.exit_code, 0) << of_another_test.output << of_another_test.errors;
  first.send(SIGKILL);
  first.wait();
  EXPECT_EQ(file_text(journal).find("# done"), std::string::npos) << "the second run left no line in it";
  const CommandEnd next = run(check_into(folder.path(), "agreement", "3"));
  EXPECT_EQ(next.exit_code, 0) << next.output << next.errors;
}

TEST(TwoRuns, of_which_the_second_is_refused_leave_the_results_of_the_first) {
  const ScratchFolder folder;
  const Command good = with(check_into(folder / "results", "status", "3"), {"--json", folder / "all.json"});
  ASSERT_EQ(run(good).exit_code, 0);
  const std::string before = file_text(folder / "all.json");
  const CommandEnd end = run(with(good, {"--property", "agreement_cudnn"}));
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_EQ(file_text(folder / "all.json"), before);
}

}  // namespace
}  // namespace attngate::test

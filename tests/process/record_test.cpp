#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "command.h"
#include "unit/scratch_folder.h"

#include <nlohmann/json.hpp>

namespace attngate::test {
namespace {

const std::string record_name = "property.status.fp32.cpu.cases.jsonl";

Command check_status(const std::string& folder, const std::vector<std::string>& more) {
  Command command = {.program = attngate_command,
                     .arguments = {"check", "--device", "cpu", "--property", "status", "--dtype", "fp32", "--cases",
                                   "3", "--results", folder}};
  command.arguments.insert(command.arguments.end(), more.begin(), more.end());
  return command;
}

std::size_t lines_of(const std::string& path) {
  std::istringstream lines(file_text(path));
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line); ++number) {
    EXPECT_FALSE(nlohmann::json::parse(line).at("paths").empty()) << line;
  }
  return number;
}

TEST(RecordTest, of_cases_is_written_by_option_or_by_variable_and_the_same_for_the_same_seed) {
  const ScratchFolder by_option;
  EXPECT_EQ(run(check_status(by_option.path(), {"--record-cases"})).exit_code, 0);
  EXPECT_GE(lines_of(by_option / record_name), 3u);
  const ScratchFolder by_variable;
  Command command = check_status(by_variable.path(), {});
  command.environment = {{"ATTNGATE_RECORD_CASES", "1"}};
  EXPECT_EQ(run(command).exit_code, 0);
  EXPECT_EQ(file_text(by_option / record_name), file_text(by_variable / record_name));
}

TEST(RecordTest, of_cases_is_not_written_unless_asked_for) {
  const ScratchFolder folder;
  EXPECT_EQ(run(check_status(folder.path(), {})).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(folder / record_name));
}

TEST(RecordTest, of_cases_needs_a_folder_for_results) {
  const CommandEnd end = run({.program = attngate_command,
                              .arguments = {"check", "--device", "cpu", "--property", "status", "--dtype", "fp32",
                                            "--cases", "1", "--record-cases"}});
  EXPECT_EQ(end.exit_code, 2) << end.output << end.errors;
  EXPECT_NE(end.errors.find("--results FOLDER"), std::string::npos) << end.errors;
}

}  // namespace
}  // namespace attngate::test

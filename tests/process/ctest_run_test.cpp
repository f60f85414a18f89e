// What `attngate report`, and so the table of ci/gate, says of property tests that did not come to their end.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "attngate/source_folders.h"
#include "command.h"

namespace attngate::test {
namespace {

const std::string test_name = "property.agreement.fp32.cpu";

/// The property test as CTest runs it, into a folder of its own.
Command property_test(const ScratchFolder& folder) {
  return {
      .program = property_tests_command,
      .arguments = {"--gtest_filter=" + test_name, "--cases=1000000", "--seconds=60", "--results=" + folder.path()}};
}

bool has_begun(const ScratchFolder& folder) {
  return file_text(folder / (test_name + ".journal")).find("\ndtype=fp32") != std::string::npos;
}

void expect_reported_as(const std::string& status, const ScratchFolder& folder) {
  const CommandEnd report = run({.program = attngate_command, .arguments = {"report", "--coverage", folder.path()}});
  EXPECT_EQ(report.exit_code, 1) << report.output << report.errors;
  EXPECT_NE(report.output.find("coverage: no case was checked"), std::string::npos) << report.output;
  EXPECT_NE(report.output.find("1 test: 0 hold, 0 skipped, 0 failed, 1 " + status), std::string::npos) << report.output;
}

TEST(CTestRun, that_is_killed_is_reported_as_not_finished) {
  const ScratchFolder folder;
  RunningCommand running(property_test(folder));
  ASSERT_TRUE(wait_until([&] { return has_begun(folder); }));
  running.send(SIGKILL);
  EXPECT_EQ(running.wait().signal, SIGKILL);
  expect_reported_as("not finished", folder);
}

TEST(CTestRun, that_a_scheduler_stops_with_ctest_is_reported_as_not_finished) {
  if (!std::filesystem::exists(std::filesystem::path(build_folder) / "CTestTestfile.cmake"))
    GTEST_SKIP() << "there is no CTest here";
  const ScratchFolder folder;
  Command ctest = {.program = "/usr/bin/env",
                   .arguments = {"ctest", "--test-dir", build_folder, "-R", "^" + test_name + "$"},
                   .environment = {{"ATTNGATE_RESULTS", folder.path()}, {"ATTNGATE_SECONDS", "60"}}};
  ctest.own_group = true;
  RunningCommand running(ctest);
  ASSERT_TRUE(wait_until([&] { return has_begun(folder); })) << running.output();
  running.send_to_group(SIGTERM);
  const CommandEnd end = running.wait();
  EXPECT_TRUE(end.signal == SIGTERM || end.exit_code != 0) << end.output;
  expect_reported_as("not finished", folder);
}

TEST(CTestRun, whose_journal_breaks_off_is_reported_as_not_finished) {
  const ScratchFolder folder;
  Command command = property_test(folder);
  command.arguments[1] = "--cases=100";
  command.most_file_bytes = 2000;
  const CommandEnd end = run(command);
  EXPECT_NE(end.exit_code, 0) << end.output << end.errors;
  expect_reported_as("not finished", folder);
}

}  // namespace
}  // namespace attngate::test

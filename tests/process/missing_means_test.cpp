// What attngate says and leaves behind without a GPU, with a full disk or a torn file.
#include <gtest/gtest.h>

#include <filesystem>

#include "command.h"
#include "one_helpful_line.h"

namespace attngate::test {
namespace {

bool has_gpu() {
  return run({.program = attngate_command, .arguments = {"list"}}).output.find("no CUDA device") == std::string::npos;
}

TEST(MissingGpuTest, ends_the_command_with_2_skips_the_tests_with_77_and_fails_them_where_a_gpu_is_required) {
  if (has_gpu()) GTEST_SKIP() << "this machine has a GPU";
  const CommandEnd command = run({.program = attngate_command, .arguments = {"check", "--device", "cuda"}});
  EXPECT_EQ(command.exit_code, 2);
  expect_one_helpful_line(command, {"--device cuda: no CUDA device"});

  const CommandEnd sweep = run({.program = attngate_command, .arguments = {"sweep", "sdp", "--device", "cuda"}});
  EXPECT_EQ(sweep.exit_code, 2);
  expect_one_helpful_line(sweep, {"--device cuda: no CUDA device"});

  const std::vector<std::string> one_test = {"--gtest_filter=property.agreement.fp32.cuda", "--cases=2"};
  const CommandEnd tests = run({.program = property_tests_command, .arguments = one_test});
  EXPECT_EQ(tests.exit_code, 77) << tests.output << tests.errors;
  EXPECT_NE(tests.output.find("skipped: no CUDA device"), std::string::npos) << tests.output;
  EXPECT_EQ(tests.errors, "");

  const CommandEnd required =
      run({.program = property_tests_command, .arguments = one_test, .environment = {{"ATTNGATE_REQUIRE_GPU", "1"}}});
  EXPECT_EQ(required.exit_code, 1) << required.output << required.errors;
  EXPECT_NE(required.output.find("no CUDA device"), std::string::npos) << required.output;
  EXPECT_EQ(required.output.find("replay with"), std::string::npos) << required.output;
}

TEST(MissingGpuTest, skips_the_gates_with_77_and_fails_them_where_a_gpu_is_required) {
  if (has_gpu()) GTEST_SKIP() << "this machine has a GPU";
  Command gates = {.program = attngate_command, .arguments = {"gate", "--device", "cuda", "--skip-without-gpu"}};
  const CommandEnd skipped = run(gates);
  EXPECT_EQ(skipped.exit_code, 77) << skipped.output << skipped.errors;
  EXPECT_NE(skipped.output.find("skipped: no CUDA device"), std::string::npos) << skipped.output;
  gates.environment = {{"ATTNGATE_REQUIRE_GPU", "1"}};
  const CommandEnd required = run(gates);
  EXPECT_EQ(required.exit_code, 1) << required.output << required.errors;
  EXPECT_NE(required.output.find("failed: no CUDA device"), std::string::npos) << required.output;
}

TEST(ReplayByVariableTest, runs_that_one_case_and_skips_the_tests_of_another_dtype_with_77) {
  const std::map<std::string, std::string> environment = {{"ATTNGATE_CASE", "dtype=fp32 heads=1 head_dim=8 lengths=1"}};
  const auto run_test = [&](const std::string& dtype) {
    return run({.program = property_tests_command,
                .arguments = {"--gtest_filter=property.agreement." + dtype + ".cpu"},
                .environment = environment});
  };
  const CommandEnd fp32 = run_test("fp32");
  EXPECT_EQ(fp32.exit_code, 0) << fp32.output << fp32.errors;
  EXPECT_NE(fp32.output.find("replaying one case"), std::string::npos) << fp32.output;
  const CommandEnd fp16 = run_test("fp16");
  EXPECT_EQ(fp16.exit_code, 77) << fp16.output << fp16.errors;
  EXPECT_NE(fp16.output.find("skipped: ATTNGATE_CASE is fp32"), std::string::npos) << fp16.output;
}

TEST(ReportTest, of_one_good_and_one_torn_file_names_the_torn_one_shows_the_good_one_and_ends_with_1) {
  const ScratchFolder folder;
  ASSERT_EQ(run({.program = attngate_command,
                 .arguments = {"check", "--device", "cpu", "--property", "status", "--dtype", "fp32", "--cases", "2",
                               "--results", folder.path()}})
                .exit_code,
            0);
  write_text(folder / "torn.json", "{");
  const CommandEnd end = run({.program = attngate_command, .arguments = {"report", folder.path()}});
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_NE(end.errors.find("torn.json"), std::string::npos) << end.errors;
  EXPECT_NE(end.output.find("status"), std::string::npos) << end.output;
}

TEST(FullDiskTest, under_the_results_does_not_hide_that_a_property_fails) {
  const ScratchFolder folder;
  Command command = check_planted("planted_dropped_last_key", {"--dtype", "fp32", "--results", folder.path()});
  command.most_file_bytes = 2500;  // room for journal and report, not for the JSON file's 3,500
  const CommandEnd end = run(command);
  EXPECT_NE(end.exit_code, 0);
  EXPECT_NE(end.errors.find("cannot be written: File too large"), std::string::npos) << end.errors;
  EXPECT_NE(end.output.find("FAILED"), std::string::npos) << end.output;
  EXPECT_NE(end.output.find("replay with\n    "), std::string::npos) << end.output;
}

TEST(FullDiskTest, under_the_journal_is_said_once_and_leaves_no_results) {
  const ScratchFolder folder;
  const CommandEnd end = run({.program = attngate_command,
                              .arguments = {"check", "--device", "cpu", "--property", "agreement", "--dtype", "fp32",
                                            "--cases", "100", "--results", folder.path()},
                              .most_file_bytes = 2000});
  EXPECT_NE(end.exit_code, 0);
  EXPECT_EQ(end.signal, 0);
  EXPECT_NE(end.errors.find("cannot be written: File too large"), std::string::npos) << end.errors;
  EXPECT_FALSE(std::filesystem::exists(folder / "property.agreement.fp32.cpu.json"));
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    EXPECT_EQ(entry.path().extension(), ".journal") << entry.path();
}

}  // namespace
}  // namespace attngate::test

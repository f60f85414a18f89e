#include <gtest/gtest.h>

#include <fstream>

#include "command.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

CommandEnd check_on_cpu(std::vector<std::string> more, const std::map<std::string, std::string>& environment = {}) {
  std::vector<std::string> arguments = {"check", "--dtype", "fp32", "--cases", "3"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run({.program = attngate_command, .arguments = arguments, .environment = environment});
}

TEST(AskedForInVain, a_path_that_is_never_computed_is_not_green) {
  const CommandEnd end = check_on_cpu({"--device", "cpu", "--path", "nn_mha_slow.cudnn"});
  EXPECT_EQ(end.exit_code, 1) << end.output;
  EXPECT_NE(end.output.find("FAILED: --path nn_mha_slow.cudnn: was never computed"), std::string::npos) << end.output;
}

TEST(AskedForInVain, a_corpus_of_which_no_case_applies_is_not_green) {
  const ScratchFolder corpus;
  std::ofstream(corpus / "other.case") << "dtype=bf16 heads=1 head_dim=8 lengths=2\n";
  const CommandEnd end = check_on_cpu({"--device", "cpu", "--property", "status", "--corpus", corpus.path()});
  EXPECT_EQ(end.exit_code, 1) << end.output;
  EXPECT_NE(end.output.find("none of its cases ran"), std::string::npos) << end.output;
}

TEST(AskedForInVain, a_gpu_that_is_required_and_not_there_is_not_green) {
  const CommandEnd end =
      check_on_cpu({"--property", "status"}, {{"ATTNGATE_REQUIRE_GPU", "1"}, {"CUDA_VISIBLE_DEVICES", ""}});
  EXPECT_EQ(end.exit_code, 2) << end.output;
  EXPECT_NE(end.errors.find("ATTNGATE_REQUIRE_GPU=1: no CUDA device"), std::string::npos) << end.errors;
}

}  // namespace
}  // namespace attngate::test

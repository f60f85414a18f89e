#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

/// A command that would write a file of this schema.
struct Writer {
  std::string schema;
  std::vector<std::string> arguments;
};

void PrintTo(const Writer& writer, std::ostream* out) { *out << writer.schema; }

class JsonFile : public testing::TestWithParam<Writer> {};

TEST_P(JsonFile, of_another_schema_is_refused_and_stays_as_it_was) {
  const ScratchFolder folder;
  const std::string file = folder / "theirs.json", theirs = R"({"schema": "attngate.gate_bounds", "version": 1})";
  std::ofstream(file) << theirs;
  Command command = {.program = attngate_command, .arguments = GetParam().arguments};
  command.arguments.insert(command.arguments.end(), {"--device", "cpu", "--json", file});
  const CommandEnd end = run(command);
  EXPECT_EQ(end.exit_code, 2) << end.output << end.errors;
  EXPECT_NE(end.errors.find("no file of an earlier run like this one (" + GetParam().schema + ")"), std::string::npos)
      << end.errors;
  EXPECT_EQ(file_text(file), theirs);
}

TEST_P(JsonFile, of_an_earlier_run_stays_where_the_next_one_is_refused) {
  const ScratchFolder folder;
  const std::string file = folder / "ours.json", ours = "{\"schema\": \"" + GetParam().schema + "\", \"version\": 1}";
  std::ofstream(file) << ours;
  Command command = {.program = attngate_command, .arguments = GetParam().arguments, .forked = true};
  command.arguments.insert(command.arguments.end(), {"--json", file, "--device", "tpu"});
  const CommandEnd end = run(command);
  EXPECT_EQ(end.exit_code, 2) << end.output << end.errors;
  EXPECT_EQ(file_text(file), ours);
}

const char* const small_line = "dtype=fp32 heads=1 head_dim=8 lengths=4";

INSTANTIATE_TEST_SUITE_P(of, JsonFile,
                         testing::Values(Writer{"attngate.results_list",
                                                {"check", "--property", "status", "--dtype", "fp32"}},
                                         Writer{"attngate.results_list", {"replay", small_line}},
                                         Writer{"attngate.faults", {"faults", "--dtype", "fp32"}},
                                         Writer{"attngate.gates",
                                                {"gate", "--case", small_line, "--candidate", "nn_mha_slow.math",
                                                 "--base", "nn_mha_slow.math", "--most-ratio", "1"}}));

TEST(JsonOnStandardOutput, stands_there_alone_and_tables_go_to_stderr) {
  const CommandEnd end = run({.program = attngate_command,
                              .arguments = {"replay", "dtype=fp32 heads=1 head_dim=4 lengths=2", "--property",
                                            "agreement", "--device", "cpu", "--json", "-"}});
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  const nlohmann::json list = nlohmann::json::parse(end.output);
  EXPECT_EQ(list.at("finished"), true);
  EXPECT_EQ(list.at("results").at(0).at("status"), "holds");
  EXPECT_NE(end.errors.find("inputs hash:"), std::string::npos) << end.errors;
}

}  // namespace
}  // namespace attngate::test

#include "attngate/run/replay_command.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

namespace attngate::test {
namespace {

const RunIdentity replayed_run{"property.agreement.fp16.cuda", "agreement", "cuda", 1};

// What a shell makes of a word.
std::string echoed(const std::string& word) {
  FILE* pipe = ::popen(("printf %s " + word).c_str(), "r");
  std::string text;
  for (int character = 0; (character = std::fgetc(pipe)) != EOF;) text += static_cast<char>(character);
  ::pclose(pipe);
  return text;
}

TEST(ReplayCommandTest, quotes_so_that_a_shell_gives_the_same_text_back) {
  for (const std::string text : {"", "a b", "it's", "''", "$HOME `id` \"x\" \\ * ;"})
    EXPECT_EQ(echoed(shell_quote(text)), text);
}

TEST(ReplayCommandTest, names_property_device_and_line) {
  EXPECT_EQ(replay_command(replayed_run, "dtype=fp16 lengths=1"),
            "attngate replay --property agreement --device cuda 'dtype=fp16 lengths=1'");
}

TEST(ReplayCommandTest, names_the_whole_test_for_ctest) {
  EXPECT_EQ(ctest_replay_command(replayed_run, "dtype=fp16"),
            "ATTNGATE_CASE='dtype=fp16' ctest -R '^property.agreement.fp16.cuda$' -V");
  RunIdentity member = replayed_run;
  member.ctest_test = "property.metamorphic.fp16.cuda";
  EXPECT_EQ(ctest_replay_command(member, "dtype=fp16"),
            "ATTNGATE_CASE='dtype=fp16' ctest -R '^property.metamorphic.fp16.cuda$' -V");
}

TEST(ReplayCommandTest, carries_the_limit_of_a_case_where_it_is_not_the_usual_one) {
  RunIdentity patient = replayed_run;
  patient.case_timeout_seconds = 0.25;
  EXPECT_EQ(replay_command(patient, "x"), "attngate replay --property agreement --device cuda --case-timeout 0.25 'x'");
  EXPECT_EQ(ctest_replay_command(patient, "x"),
            "ATTNGATE_CASE_TIMEOUT=0.25 ATTNGATE_CASE='x' ctest -R '^property.agreement.fp16.cuda$' -V");
}

TEST(ReplayCommandTest, calls_the_program_and_the_folder_of_tests_as_a_shell_here_does) {
  RunIdentity run = replayed_run;
  run.program = "build/my programs/attngate";
  run.test_folder = "build/dev";
  EXPECT_TRUE(replay_command(run, "x").starts_with("'build/my programs/attngate' replay --property "));
  EXPECT_NE(ctest_replay_command(run, "x").find(" ctest --test-dir build/dev -R "), std::string::npos);
}

TEST(ProgramThatReplaysTest, of_a_test_binary_is_the_attngate_beside_it) {
  const std::string program = program_that_replays();
  EXPECT_TRUE(program == "attngate" || program.ends_with("/attngate")) << program;
}

TEST(SeenFromHereTest, is_the_way_from_here_to_what_lies_below_and_else_the_whole_path) {
  const std::string here = std::filesystem::current_path().string();
  EXPECT_EQ(seen_from_here(here + "/build/dev"), "build/dev");
  EXPECT_EQ(seen_from_here(here + "/../elsewhere"), here + "/../elsewhere");
  EXPECT_EQ(seen_from_here("/usr/bin"), "/usr/bin");
}

}  // namespace
}  // namespace attngate::test

#include <gtest/gtest.h>

#include <sstream>

#include "command.h"

namespace attngate::test {
namespace {

/// A run of 20 cases of LibTorch's own paths.
struct SeededRun {
  CommandEnd end;
  std::string journal;
};

SeededRun run_seeded(const std::vector<std::string>& more, const std::map<std::string, std::string>& environment = {}) {
  const ScratchFolder folder;
  Command command = {.program = attngate_command,
                     .arguments = {"check", "--property", "agreement", "--dtype", "fp16", "--device", device, "--cases",
                                   "20", "--results", folder.path()},
                     .environment = environment};
  command.arguments.insert(command.arguments.end(), more.begin(), more.end());
  SeededRun result;
  result.end = run(command);
  result.journal = file_text(folder / ("property.agreement.fp16." + device + ".journal"));
  EXPECT_EQ(result.end.exit_code, 0) << result.end.output << result.end.errors;
  return result;
}

/// The case lines of a journal.
std::vector<std::string> cases_of(const std::string& journal) {
  std::vector<std::string> cases;
  std::istringstream lines(journal);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) cases.push_back(line);
  }
  return cases;
}

/// The word behind `label`, up to the next blank.
std::string word_after(const std::string& text, const std::string& label) {
  const std::size_t start = text.find(label);
  if (start == std::string::npos) return "";
  std::istringstream rest(text.substr(start + label.size()));
  std::string word;
  rest >> word;
  return word;
}

TEST(SeedOnDevice, gives_the_same_cases_again_by_flag_and_by_variable_and_another_seed_gives_others) {
  const SeededRun by_flag = run_seeded({"--seed", "7"});
  const SeededRun by_variable = run_seeded({}, {{"ATTNGATE_SEED", "0x7"}});
  const SeededRun other = run_seeded({"--seed", "8"});
  // The journal has the cases as well that no path of the property runs, which are not counted.
  EXPECT_GE(cases_of(by_flag.journal).size(), 20u) << by_flag.journal;
  EXPECT_EQ(by_flag.journal, by_variable.journal);
  EXPECT_NE(cases_of(by_flag.journal), cases_of(other.journal));
}

TEST(BudgetOnDevice, of_seconds_alone_is_used_up_and_what_ended_the_run_is_said) {
  const auto end_of = [](const std::vector<std::string>& budget) {
    Command command = check_planted("planted_healthy", {"--dtype", "fp32"});
    command.arguments.insert(command.arguments.end(), budget.begin(), budget.end());
    return run(command).output;
  };
  // The default, 1,000 cases, takes 3 s at most on an idle machine.
  const std::string timed = end_of({"--seconds", "6"});
  EXPECT_NE(timed.find(", ended by: time limit"), std::string::npos) << timed;
  const std::string counted = end_of({"--seconds", "600", "--cases", "5"});
  EXPECT_NE(counted.find(", ended by: case limit"), std::string::npos) << counted;
}

TEST(SeedOnDevice, drawn_at_random_is_printed_and_gives_its_cases_again) {
  const SeededRun drawn = run_seeded({"--seed", "random"});
  const std::string seed = word_after(drawn.end.output, "; seed ");
  ASSERT_TRUE(seed.starts_with("0x")) << drawn.end.output;
  EXPECT_EQ(run_seeded({"--seed", seed}).journal, drawn.journal);
}

TEST(SeedOnDevice, leaves_a_journal_whose_lines_replay) {
  const std::vector<std::string> cases = cases_of(run_seeded({"--seed", "7"}).journal);
  ASSERT_FALSE(cases.empty());
  const CommandEnd end = run({.program = attngate_command, .arguments = {"replay", cases.back(), "--device", device}});
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  EXPECT_EQ(end.errors, "");
}

/// What `attngate replay` says of a line's inputs.
std::string hash_on(const std::string& place, const std::string& line) {
  const CommandEnd end =
      run({.program = attngate_command, .arguments = {"replay", line, "--property", "agreement", "--device", place}});
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  return word_after(end.output, "inputs hash:");
}

TEST(InputsOnDevice, of_one_line_have_the_same_hash_on_every_machine) {
  // Written down once: a change of the generator of values changes the meaning of every line in every corpus.
  const std::pair<const char*, const char*> known[] = {
      {"dtype=fp16 heads=2 head_dim=8 lengths=3,1,7 extra_padding=2 padding_content=1024 seed=0x2a",
       "0x22c7019ec44e825c"},
      {"dtype=fp32 heads=3 head_dim=5 lengths=4,9 seed=0xffffffffffffffff", "0xf68387b9145d794d"}};
  for (const auto& [line, hash] : known) {
    EXPECT_EQ(hash_on("cpu", line), hash) << line;
    if (device != "cpu") {
      EXPECT_EQ(hash_on(device, line), hash) << line;
    }
  }
}

}  // namespace
}  // namespace attngate::test

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "command.h"

namespace attngate::test {
namespace {

/// A run of 20 cases of LibTorch's own paths.
struct SeededRun {
  CommandEnd end;
  std::string journal;
};

/// What a seeded run is given beyond the rest.
struct Seeding {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment = {};
};

/// Runs that need nothing of each other, beside each other.
std::vector<SeededRun> run_seeded(const std::vector<Seeding>& seedings) {
  const std::vector<ScratchFolder> folders(seedings.size());
  std::vector<Command> commands;
  for (const Seeding& seeding : seedings) {
    Command& command = commands.emplace_back(
        Command{.program = attngate_command,
                .arguments = {"check", "--property", "agreement", "--dtype", "fp16", "--device", device, "--cases",
                              "20", "--results", folders[commands.size()].path()},
                .environment = seeding.environment});
    command.arguments.insert(command.arguments.end(), seeding.arguments.begin(), seeding.arguments.end());
  }
  std::vector<SeededRun> runs;
  for (CommandEnd& end : run_together(commands)) {
    EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
    const std::string journal = "property.agreement.fp16." + device + ".journal";
    runs.push_back({std::move(end), file_text(folders[runs.size()] / journal)});
  }
  return runs;
}

SeededRun run_seeded(const Seeding& seeding) { return run_seeded(std::vector{seeding}).at(0); }

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
  const std::vector<Seeding> seedings = {
      {{"--seed", "7"}}, {.arguments = {}, .environment = {{"ATTNGATE_SEED", "0x7"}}}, {{"--seed", "8"}}};
  const std::vector<SeededRun> runs = run_seeded(seedings);
  const SeededRun &by_flag = runs.at(0), &by_variable = runs.at(1), &other = runs.at(2);
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
  const SeededRun drawn = run_seeded(Seeding{{"--seed", "random"}});
  const std::string seed = word_after(drawn.end.output, "; seed ");
  ASSERT_TRUE(seed.starts_with("0x")) << drawn.end.output;
  EXPECT_EQ(run_seeded(Seeding{{"--seed", seed}}).journal, drawn.journal);
}

TEST(SeedOnDevice, leaves_a_journal_whose_lines_replay) {
  const std::vector<std::string> cases = cases_of(run_seeded(Seeding{{"--seed", "7"}}).journal);
  ASSERT_FALSE(cases.empty());
  const CommandEnd end = run({.program = attngate_command, .arguments = {"replay", cases.back(), "--device", device}});
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  EXPECT_EQ(end.errors, "");
}

Command replay_of(const std::string& line, const std::string& place) {
  return {.program = attngate_command, .arguments = {"replay", line, "--property", "agreement", "--device", place}};
}

TEST(InputsOnDevice, of_one_line_have_the_same_hash_on_every_machine) {
  // Written down once: a change of the generator of values changes the meaning of every line in every corpus.
  const std::pair<const char*, const char*> known[] = {
      {"dtype=fp16 heads=2 head_dim=8 lengths=3,1,7 extra_padding=2 padding_content=1024 seed=0x2a",
       "0x22c7019ec44e825c"},
      {"dtype=fp32 heads=3 head_dim=5 lengths=4,9 seed=0xffffffffffffffff", "0xf68387b9145d794d"}};
  std::vector<Command> replays;
  std::vector<std::string> hashes;
  for (const auto& [line, hash] : known) {
    for (const std::string& place : std::set<std::string>{"cpu", device}) {
      replays.push_back(replay_of(line, place));
      hashes.emplace_back(hash);
    }
  }
  const std::vector<CommandEnd> ends = run_together(replays);
  for (std::size_t index = 0; index < ends.size(); ++index) {
    EXPECT_EQ(ends[index].exit_code, 0) << ends[index].output << ends[index].errors;
    EXPECT_EQ(word_after(ends[index].output, "inputs hash:"), hashes[index]) << ends[index].output;
  }
}

}  // namespace
}  // namespace attngate::test

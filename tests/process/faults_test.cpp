#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "command.h"
#include "one_helpful_line.h"
#include "unit/scratch_folder.h"

#include <nlohmann/json.hpp>

namespace attngate::test {
namespace {

/// Few cases of one property on these faults.
Command judge(const std::vector<std::string>& faults, const std::vector<std::string>& more) {
  Command command = {.program = attngate_command,
                     .arguments = {"faults", "--dtype", "fp32", "--device", device, "--cases", "30", "--corpus", "none",
                                   "--no-rivals"},
                     .own_group = true};
  for (const std::string& fault : faults) command.arguments.insert(command.arguments.end(), {"--fault", fault});
  command.arguments.insert(command.arguments.end(), more.begin(), more.end());
  return command;
}

/// The first faults that there are.
std::vector<std::string> some_faults(std::size_t count) {
  const CommandEnd list = run({.program = attngate_command, .arguments = {"faults", "--list"}});
  std::istringstream lines(list.output);
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line) && names.size() < count;) {
    const bool is_row = !line.empty() && line[0] >= 'a' && line[0] <= 'z';
    if (is_row && !line.starts_with("fault ")) names.push_back(line.substr(0, line.find(' ')));
  }
  return names;
}

std::size_t judged_in(const std::string& file) {
  const nlohmann::json json = nlohmann::json::parse(file_text(file), nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? json.at("faults").size() : 0;
}

TEST(FaultsOnDevice, that_are_stopped_keep_what_was_judged_and_resume_behind_it) {
  const ScratchFolder folder;
  const std::string file = folder / "faults.json";
  const std::vector<std::string> faults = some_faults(30);
  ASSERT_EQ(faults.size(), 30u);
  const std::vector<std::string> options = {"--property", "agreement", "--json", file};
  RunningCommand running(judge(faults, options));
  ASSERT_TRUE(wait_until([&] { return judged_in(file) >= 2; })) << running.wait().errors;
  running.send_to_group(SIGTERM);
  const CommandEnd stopped = running.wait();
  EXPECT_EQ(stopped.signal, SIGTERM) << stopped.output << stopped.errors;
  EXPECT_NE(stopped.output.find("not finished: what was judged is kept, and --resume goes on behind it"),
            std::string::npos)
      << stopped.output;
  const nlohmann::json first = nlohmann::json::parse(file_text(file));
  EXPECT_EQ(first.at("finished"), false);
  const std::size_t kept = first.at("faults").size();
  ASSERT_LT(kept, faults.size());

  Command other = judge(faults, {"--property", "agreement", "--json", file, "--resume", "--seed", "7"});
  const CommandEnd refused = run(other);
  EXPECT_EQ(refused.exit_code, 2);
  expect_one_helpful_line(refused, {"--resume: ", "is of another run", "seed=0x7"});

  Command again = judge(faults, options);
  again.arguments.push_back("--resume");
  const CommandEnd end = run(again);
  EXPECT_NE(end.exit_code, 2) << end.errors;
  const nlohmann::json whole = nlohmann::json::parse(file_text(file));
  EXPECT_EQ(whole.at("finished"), true) << end.errors;
  ASSERT_EQ(whole.at("faults").size(), faults.size());
  for (std::size_t index = 0; index < kept; ++index)
    EXPECT_EQ(whole.at("faults").at(index), first.at("faults").at(index)) << "it was judged again";
  EXPECT_EQ(std::ranges::count(end.errors, '\n'), static_cast<std::ptrdiff_t>(faults.size() - kept)) << end.errors;
}

TEST(FaultsOnDevice, need_a_file_to_resume) {
  const CommandEnd end = run(judge({}, {"--resume"}));
  EXPECT_EQ(end.exit_code, 2);
  expect_one_helpful_line(end, {"--resume", "--json"});
}

TEST(FaultsOnDevice, lose_no_table_on_a_full_disk) {
  const ScratchFolder folder;
  Command command = judge(some_faults(2), {"--property", "agreement", "--json", folder / "x.json"});
  command.most_file_bytes = 2000;
  const CommandEnd end = run(command);
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  EXPECT_NE(end.output.find("kill rate"), std::string::npos) << end.output;
  EXPECT_NE(end.errors.find("attngate: failed: results '"), std::string::npos) << end.errors;
}

TEST(FaultsOnDevice, that_never_ran_are_not_green_and_do_not_survive) {
  // The property has nothing to say about this path.
  const CommandEnd end = run(judge({"length_short_by_one"}, {"--property", "weights"}));
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  EXPECT_NE(end.output.find("FAILED: fp32: length_short_by_one never ran"), std::string::npos) << end.output;
  EXPECT_EQ((end.output + end.errors).find("survive"), std::string::npos) << end.output << end.errors;
}

TEST(FaultsOnDevice, do_not_pass_over_a_property_or_a_corpus_that_was_named_and_never_ran) {
  const ScratchFolder corpus;
  write_text(corpus / "other.case", "dtype=bf16 heads=1 head_dim=8 lengths=2\n");
  Command command = judge({"length_short_by_one"}, {"--property", "status", "--property", "agreement"});
  *std::ranges::find(command.arguments, "none") = corpus.path();
  const CommandEnd end = run(command);
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  EXPECT_NE(end.output.find("killed"), std::string::npos) << end.output;
  EXPECT_NE(end.output.find("FAILED: --property status: never ran\n"), std::string::npos) << end.output;
  EXPECT_NE(end.output.find("FAILED: --corpus " + corpus.path() + ": has no case of these dtypes\n"), std::string::npos)
      << end.output;
}

}  // namespace
}  // namespace attngate::test

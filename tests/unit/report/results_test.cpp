#include "attngate/report/results.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "attngate/report/results_json.h"
#include "attngate/report/results_list.h"
#include "unit/refusal.h"
#include "unit/report/sample_results.h"
#include "unit/run/fakes.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

TEST(ResultsTest, are_one_file_named_after_the_test) {
  const ScratchFolder folder;
  const std::string path = write_results(folder / "results", sample_results());
  EXPECT_EQ(path, folder / "results/property.agreement.fp16.cuda.json");
  EXPECT_EQ(names_in(folder / "results"), (std::set<std::string>{"property.agreement.fp16.cuda.json"}));
}

TEST(ResultsTest, replace_older_ones) {
  const ScratchFolder folder;
  Results results = sample_results();
  write_results(folder.path(), results);
  results.report.wall_seconds = 5;
  write_results(folder.path(), results);
  EXPECT_EQ(read_results(folder.path()).results, std::vector<Results>{results});
}

TEST(ResultsTest, name_the_folder_that_cannot_be_made) {
  const ScratchFolder folder;
  write_text(folder / "file", "in the way");
  const std::string text = refusal_by<ResultsError>([&] { write_results(folder / "file/results", sample_results()); });
  EXPECT_NE(text.find(folder / "file/results"), std::string::npos) << text;
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"file"});
}

TEST(ResultsTest, leave_no_part_of_a_file_behind_when_writing_fails) {
  const ScratchFolder folder;
  // A folder in the file's place: even root cannot rename over it.
  std::filesystem::create_directories(folder / "property.agreement.fp16.cuda.json/x");
  const std::string text = refusal_by<ResultsError>([&] { write_results(folder.path(), sample_results()); });
  EXPECT_NE(text.find("cannot be written"), std::string::npos) << text;
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"property.agreement.fp16.cuda.json"});
}

TEST(ResultsTest, refuse_test_names_that_leave_the_folder) {
  for (const char* name : {"", "../x", "a/b", ".hidden", "a b"}) {
    EXPECT_NE(refusal_by<ResultsError>([&] { results_path("/tmp", name); }).find("allowed"), std::string::npos) << name;
  }
}

TEST(ResultsTest, are_read_sorted_beside_other_files) {
  const ScratchFolder folder;
  write_results(folder.path(), sample_results("b"));
  write_results(folder.path(), sample_results("a"));
  write_text(folder / "a.journal", "# attngate journal 1\nlengths=1\n# done: 1 cases\n");
  write_text(folder / "a.cases.jsonl", "{}\n");
  const ResultsFolder read = read_results(folder.path());
  EXPECT_EQ(read.results, (std::vector<Results>{sample_results("a"), sample_results("b")}));
  EXPECT_TRUE(read.errors.empty());
  EXPECT_TRUE(read.unfinished.empty());
}

TEST(ResultsTest, are_read_from_one_file_of_a_test_or_of_a_whole_run) {
  const ScratchFolder folder;
  const std::string one = write_results(folder.path(), sample_results("alone"));
  EXPECT_EQ(read_results(one).results.at(0).context.run.test, "alone");
  write_text(folder / "all.json",
             results_list_to_json({sample_results("first"), sample_results("second")}, /*finished=*/true));
  const ResultsFolder all = read_results(folder / "all.json");
  ASSERT_EQ(all.results.size(), 2u);
  EXPECT_EQ(all.results[1].context.run.test, "second");
  EXPECT_TRUE(all.errors.empty());
  write_text(folder / "part.json", results_list_to_json({sample_results("first")}, /*finished=*/false));
  EXPECT_EQ(read_results(folder / "part.json").errors,
            std::vector<std::string>{"results '" + (folder / "part.json") + "': the run did not finish"});
}

TEST(ResultsTest, name_the_runs_that_did_not_finish) {
  const ScratchFolder folder;
  write_text(folder / "died.journal", "# attngate journal 1\nlengths=1\nlengths=2\n");
  write_text(folder / "died_at_once.journal", "# attngate journal 1\n");
  write_text(folder / "full_disk.journal", "# attngate journal 1\nlengths=1\nlen");
  write_text(folder / "unwritten.journal", "# attngate journal 1\nlengths=1\n# done: 1 cases\n");
  const ResultsFolder read = read_results(folder.path());
  EXPECT_EQ(read.unfinished, (std::vector<UnfinishedRun>{{"died", "lengths=2", false},
                                                         {"died_at_once", "", false},
                                                         {"full_disk", "lengths=1", false},
                                                         {"unwritten", "lengths=1", true}}));
}

TEST(ResultsTest, of_an_earlier_run_do_not_speak_for_one_that_did_not_finish) {
  const ScratchFolder folder;
  write_results(folder.path(), sample_results("a"));
  write_results(folder.path(), sample_results("b"));
  write_text(folder / "a.journal", "# attngate journal 1\nlengths=1\n");
  const ResultsFolder read = read_results(folder.path());
  EXPECT_EQ(read.results, std::vector<Results>{sample_results("b")});
  EXPECT_EQ(read.unfinished, (std::vector<UnfinishedRun>{{"a", "lengths=1", false}}));
}

TEST(ResultsTest, are_listed_although_another_file_is_corrupt) {
  const ScratchFolder folder;
  write_results(folder.path(), sample_results("good"));
  write_text(folder / "bad.json", "{\"schema\": ");
  const ResultsFolder read = read_results(folder.path());
  EXPECT_EQ(read.results.size(), 1u);
  ASSERT_EQ(read.errors.size(), 1u);
  EXPECT_EQ(read.errors[0], "results '" + (folder / "bad.json") + "': is not JSON, or only a part of it");
}

TEST(ResultsTest, cannot_be_read_from_a_folder_that_is_not_there) {
  const ScratchFolder folder;
  const std::string text = refusal_by<ResultsError>([&] { read_results(folder / "missing"); });
  EXPECT_NE(text.find(folder / "missing"), std::string::npos) << text;
}

TEST(ResultsTest, have_shares_that_add_up_to_one) {
  RunReport report;
  report.generate_us = 100;
  report.phases = {100, 200, 300, 100};
  report.loop_seconds = 1e-3;
  const TimeShares shares = shares_of(report);
  EXPECT_DOUBLE_EQ(shares.generate, 0.1);
  EXPECT_DOUBLE_EQ(shares.paths, 0.3);
  EXPECT_DOUBLE_EQ(shares.other, 0.2);
  report.loop_seconds = 1e-6;  // phases that overlap
  const TimeShares crowded = shares_of(report);
  EXPECT_DOUBLE_EQ(
      crowded.generate + crowded.inputs + crowded.reference + crowded.paths + crowded.compare + crowded.other, 1);
  EXPECT_EQ(crowded.other, 0);
}

TEST(ResultsTest, carry_the_smallest_failing_case_and_its_replay) {
  const auto check = [](const AttentionCase& value) { return value.batch_size() >= 3 ? failing() : holding(); };
  const ForAllOptions options = fake_options(10);
  RunContext context;
  context.run = fake_run;
  const RunReport report = for_all(options, draw_fake, shrinkable_case, check);
  const auto json = nlohmann::json::parse(results_to_json({context, report}));
  EXPECT_EQ(json.at("status"), "failed");
  EXPECT_EQ(json.at("reason"), "fake: wrong result");
  ASSERT_EQ(json.at("failures").size(), 1u);
  const auto& failure = json.at("failures")[0];
  const std::string line = report.failures.front().shrunk->line;
  EXPECT_EQ(failure.at("path"), "fake");
  EXPECT_EQ(failure.at("status"), "wrong result");
  EXPECT_EQ(failure.at("shrunk").at("line"), line);
  EXPECT_NE(failure.at("replay").get<std::string>().find("'" + line + "'"), std::string::npos);
  ASSERT_EQ(failure.at("paths").size(), 1u);
  EXPECT_EQ(failure.at("paths")[0].at("status"), "wrong result");
}

TEST(ResultsTest, start_at_a_time_in_utc) {
  const std::string now = utc_now();
  ASSERT_EQ(now.size(), 20u) << now;
  EXPECT_EQ(now[10], 'T');
  EXPECT_EQ(now[19], 'Z');
}

}  // namespace
}  // namespace attngate::test

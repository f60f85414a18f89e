#include "attngate/run/case_recorder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "attngate/case/text.h"
#include "unit/run/fakes.h"
#include "unit/scratch_folder.h"

#include <nlohmann/json.hpp>

namespace attngate::test {
namespace {

std::string record_of(const Verdict& verdict) {
  const AttentionCase value = case_of({3, 1}, 7);
  const CheckedCase checked{value, to_line(value), verdict};
  const RunReport report;
  return case_record({CaseOrigin::corpus, 4, checked, false, report, 0});
}

TEST(CaseRecorderTest, writes_one_line_of_json_with_all_that_was_said_of_a_case) {
  EXPECT_EQ(record_of(holding()), R"({"origin":"corpus","index":4,"case":")" + to_line(case_of({3, 1}, 7)) +
                                      R"(","applicable":true,"holds":true,"worst_margin":0.25,"worst_path":"fake",)"
                                      R"("exact_pairs":0,"exact_equal":0,"paths":[{"path":"fake","backend":"math",)"
                                      R"("status":"ok","margin":0.25,"error":0.0025,"bound":0.01}]})");
}

TEST(CaseRecorderTest, keeps_every_bit_of_a_number) {
  for (const double number : {1.0 / 3, 0.1 + 0.2, std::nextafter(1.0, 2.0), std::numeric_limits<double>::denorm_min(),
                              std::numeric_limits<double>::max(), 3.4e-9}) {
    EXPECT_EQ(nlohmann::json::parse(record_of(holding(number))).at("worst_margin").get<double>(), number);
  }
}

TEST(CaseRecorderTest, writes_null_for_a_number_that_is_not_finite) {
  EXPECT_TRUE(
      nlohmann::json::parse(record_of(holding(std::numeric_limits<double>::infinity()))).at("worst_margin").is_null());
  EXPECT_TRUE(
      nlohmann::json::parse(record_of(holding(std::numeric_limits<double>::quiet_NaN()))).at("worst_margin").is_null());
}

std::vector<nlohmann::json> lines_of(const std::string& path) {
  std::vector<nlohmann::json> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

TEST(CaseRecorderTest, has_each_case_in_the_file_as_soon_as_it_is_checked_and_empties_an_older_file) {
  const ScratchFolder folder;
  const std::string path = folder / "new/fake.cases.jsonl";
  std::filesystem::create_directories(folder / "new");
  write_text(path, "old\n");
  CaseRecorder recorder(path);
  ForAllOptions options = fake_options(3);
  options.listeners = {&recorder};
  std::size_t checked = 0;
  for_all(options, draw_fake, {}, [&](const AttentionCase&) {
    EXPECT_EQ(lines_of(path).size(), checked++);
    return holding();
  });
  const auto lines = lines_of(path);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[2].at("case"), to_line(draw_fake(2)));
  EXPECT_EQ(lines[2].at("index"), 2);
}

TEST(CaseRecorderTest, records_a_failed_case_once_without_re_runs_and_smaller_forms) {
  const ScratchFolder folder;
  CaseRecorder recorder(folder / "fake.cases.jsonl");
  ForAllOptions options = fake_options(4);
  options.stop_at_first_failure = false;
  options.listeners = {&recorder};
  for_all(options, draw_fake, shrinkable_case,
          [](const AttentionCase& value) { return value.batch_size() > 2 ? failing() : holding(); });
  const auto lines = lines_of(folder / "fake.cases.jsonl");
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[1].at("holds"), true);
  EXPECT_EQ(lines[2].at("holds"), false);
  EXPECT_EQ(lines[2].at("paths")[0].at("status"), "wrong result");
}

TEST(CaseRecorderTest, records_cases_that_the_property_does_not_apply_to) {
  const ScratchFolder folder;
  CaseRecorder recorder(folder / "fake.cases.jsonl");
  ForAllOptions options = fake_options(1);
  options.listeners = {&recorder};
  for_all(options, draw_fake, {}, [](const AttentionCase& value) {
    Verdict verdict = holding();
    verdict.applicable = value.seed > 0;
    return verdict;
  });
  const auto lines = lines_of(folder / "fake.cases.jsonl");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].at("applicable"), false);
  EXPECT_EQ(lines[1].at("applicable"), true);
}

TEST(CaseRecorderTest, makes_the_run_an_error_when_the_disk_is_full) {
  CaseRecorder recorder("/dev/full");
  ForAllOptions options = fake_options(1);
  options.listeners = {&recorder};
  const RunReport report = for_all(options, draw_fake, {}, [](const AttentionCase&) { return holding(); });
  EXPECT_EQ(report.status(), RunStatus::error);
  EXPECT_EQ(report.reason(), "record of cases '/dev/full': cannot be written; is the disk full?");
}

TEST(CaseRecorderTest, refuses_a_path_that_cannot_be_created_and_names_it) {
  const ScratchFolder folder;
  write_text(folder / "file", "in the way");
  try {
    CaseRecorder(folder / "file/fake.cases.jsonl");
    FAIL() << "created a file below a file";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find(folder / "file/fake.cases.jsonl"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace attngate::test

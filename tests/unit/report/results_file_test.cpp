#include "attngate/report/results_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "unit/refusal.h"
#include "unit/report/fake_run.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

TEST(ResultsFileTest, is_written_when_the_run_ends) {
  const ScratchFolder folder;
  ResultsFile file(folder.path(), fake_context());
  run_told_to(file);
  const ResultsFolder read = read_results(folder.path());
  EXPECT_EQ(read.errors, std::vector<std::string>{});
  ASSERT_EQ(read.results.size(), 1u);
  EXPECT_TRUE(std::filesystem::exists(folder / "property.fake.fp32.cpu.json"));
}

TEST(ResultsFileTest, of_an_earlier_run_is_taken_away_before_the_first_case) {
  const ScratchFolder folder;
  const std::string path = folder / "property.fake.fp32.cpu.json";
  write_text(path, "of an earlier run");
  const ResultsFile file(folder.path(), fake_context());
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ResultsFileTest, of_an_earlier_run_that_cannot_be_taken_away_is_told_before_the_first_case) {
  const ScratchFolder folder;
  // A folder with something in it: even root cannot remove it as a file.
  std::filesystem::create_directories(folder / "property.fake.fp32.cpu.json/x");
  const std::string text = refusal_by<ResultsError>([&] { ResultsFile(folder.path(), fake_context()); });
  EXPECT_NE(text.find("remove them by hand"), std::string::npos) << text;
}

TEST(ResultsFileTest, that_cannot_be_written_makes_the_run_an_error) {
  const ScratchFolder folder;
  ResultsFile file(folder / "file", fake_context());
  write_text(folder / "file", "in the way");
  testing::internal::CaptureStderr();
  RunReport report;
  file.run_ends(report);
  EXPECT_NE(report.error.find("the folder cannot be made"), std::string::npos) << report.error;
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "attngate: " + report.error + "\n");
  EXPECT_EQ(report.status(), RunStatus::error);
}

}  // namespace
}  // namespace attngate::test

#include "attngate/run/journal.h"

#include <gtest/gtest.h>

#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

TEST(JournalTest, has_a_header_the_cases_and_a_last_line) {
  const ScratchFolder folder;
  Journal journal(folder / "a.journal", "property.fake.fp32.cpu", 0x2a);
  journal.case_begins("first");
  journal.case_begins("second");
  RunReport report;
  journal.run_ends(report);
  EXPECT_EQ(report.error, "");
  EXPECT_EQ(report.journal_path, folder / "a.journal");
  EXPECT_EQ(file_text(folder / "a.journal"),
            "# attngate journal 1 test=property.fake.fp32.cpu seed=0x2a\nfirst\nsecond\n# done: 2 cases\n");
}

TEST(JournalTest, names_the_case_in_flight_as_soon_as_it_is_written) {
  const ScratchFolder folder;
  Journal journal(folder / "a.journal", "t", 1);
  EXPECT_EQ(case_in_flight(folder / "a.journal"), std::nullopt);
  journal.case_begins("first");
  journal.case_begins("second");
  EXPECT_EQ(case_in_flight(folder / "a.journal"), "second");
  RunReport report;
  journal.run_ends(report);
  EXPECT_EQ(case_in_flight(folder / "a.journal"), std::nullopt);
}

TEST(JournalTest, takes_no_half_line_for_a_case) {
  const ScratchFolder folder;
  write_text(folder / "a.journal", "# attngate journal 1 test=t seed=0x1\nlengths=7,1\nlengths=7,");
  EXPECT_EQ(case_in_flight(folder / "a.journal"), std::nullopt);
}

TEST(JournalTest, says_how_far_the_run_came) {
  const ScratchFolder folder;
  const auto end_of = [&](const std::string& text) {
    write_text(folder / "a.journal", text);
    return end_of_journal(folder / "a.journal");
  };
  EXPECT_EQ(end_of("").last_case, "");
  EXPECT_FALSE(end_of("# attngate journal 1 test=t seed=0x1\n").done);
  EXPECT_EQ(end_of("# attngate journal 1 test=t seed=0x1\nfirst\nsecond\n").last_case, "second");
  EXPECT_TRUE(end_of("# attngate journal 1 test=t seed=0x1\nfirst\nsec").torn);
  EXPECT_EQ(end_of("# attngate journal 1 test=t seed=0x1\nfirst\nsec").last_case, "first");
  const JournalEnd done = end_of("# attngate journal 1 test=t seed=0x1\nfirst\n# done: 1 cases\n");
  EXPECT_TRUE(done.done);
  EXPECT_EQ(done.last_case, "first");
}

TEST(JournalTest, is_one_runs_alone_until_its_end) {
  const ScratchFolder folder;
  {
    Journal journal(folder / "a.journal", "t", 1);
    journal.case_begins("first");
    EXPECT_THROW(Journal(folder / "a.journal", "t", 2), UsageError);
    EXPECT_EQ(case_in_flight(folder / "a.journal"), "first") << "the other one's lines stay";
  }
  const Journal next(folder / "a.journal", "t", 3);
}

TEST(JournalTest, empties_an_older_journal) {
  const ScratchFolder folder;
  write_text(folder / "a.journal", "old\n");
  const Journal journal(folder / "a.journal", "t", 1);
  EXPECT_EQ(file_text(folder / "a.journal"), "# attngate journal 1 test=t seed=0x1\n");
}

TEST(JournalTest, makes_missing_folders) {
  const ScratchFolder folder;
  const Journal journal(folder / "new/folder/a.journal", "t", 1);
  EXPECT_TRUE(std::filesystem::exists(folder / "new/folder/a.journal"));
}

TEST(JournalTest, refuses_a_path_that_cannot_be_created_and_names_it) {
  const ScratchFolder folder;
  write_text(folder / "file", "in the way");
  try {
    Journal(folder / "file/a.journal", "t", 1);
    FAIL() << "created a journal below a file";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find(folder / "file/a.journal"), std::string::npos) << error.what();
  }
}

TEST(JournalTest, refuses_to_read_what_is_no_file) {
  const ScratchFolder folder;
  EXPECT_THROW(case_in_flight(folder / "missing"), UsageError);
  EXPECT_THROW(case_in_flight(folder.path()), UsageError);
}

TEST(JournalTest, reports_a_full_disk_once_and_goes_on) {
  testing::internal::CaptureStderr();
  Journal journal("/dev/full", "t", 1);
  journal.case_begins("first");
  RunReport report;
  journal.run_ends(report);
  const std::string errors = testing::internal::GetCapturedStderr();
  EXPECT_EQ(report.error, "journal '/dev/full': cannot be written: No space left on device");
  EXPECT_EQ(errors, "attngate: " + report.error + "\n");
}

TEST(JournalTest, keeps_an_earlier_error_of_the_run) {
  testing::internal::CaptureStderr();
  Journal journal("/dev/full", "t", 1);
  RunReport report;
  report.error = "the generator threw";
  journal.run_ends(report);
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(report.error, "the generator threw");
}

}  // namespace
}  // namespace attngate::test

#include "attngate/sweep/row_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "attngate/base/usage_error.h"
#include "small_plan.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

class RowFileTest : public testing::Test {
 protected:
  CsvRow row(std::size_t index) const { return row_of(plan, plan.points[index], good_answer()); }

  ScratchFolder folder;
  std::string path = folder / "rows.csv";
  SweepPlan plan = small_plan();
};

TEST_F(RowFileTest, has_its_header_and_every_row_as_soon_as_it_comes) {
  RowFile file(path, plan, IfThere::refuse);
  EXPECT_EQ(file_text(path), csv_line(header_of(plan)));
  file.append(row(0));
  EXPECT_EQ(file_text(path), csv_line(header_of(plan)) + csv_line(row(0)));
}

TEST_F(RowFileTest, begins_anew_over_rows_where_that_is_meant_and_nowhere_else) {
  const std::string rows = csv_line(header_of(plan)) + csv_line(row(0));
  write_text(path, rows);
  EXPECT_THROW(RowFile(path, plan, IfThere::refuse), UsageError);
  EXPECT_EQ(file_text(path), rows);
  const RowFile file(path, plan, IfThere::overwrite);
  EXPECT_TRUE(file.earlier_rows().empty());
  EXPECT_EQ(file_text(path), csv_line(header_of(plan)));
}

TEST_F(RowFileTest, begins_anew_over_a_header_without_rows) {
  write_text(path, csv_line(header_of(plan)));
  const RowFile file(path, plan, IfThere::refuse);
  EXPECT_EQ(file_text(path), csv_line(header_of(plan)));
}

TEST_F(RowFileTest, leaves_a_file_alone_that_is_no_sweeps) {
  for (const char* theirs : {"name,salary\nAda,1\n", "no line", "\n", "\"never closed\n"}) {
    write_text(path, theirs);
    for (const IfThere if_there : {IfThere::refuse, IfThere::resume, IfThere::overwrite})
      EXPECT_THROW(RowFile(path, plan, if_there), UsageError) << theirs;
    EXPECT_EQ(file_text(path), theirs);
  }
}

TEST_F(RowFileTest, is_one_runs_alone_until_its_end) {
  {
    RowFile file(path, plan, IfThere::refuse);
    for (const IfThere if_there : {IfThere::refuse, IfThere::resume, IfThere::overwrite})
      EXPECT_THROW(RowFile(path, plan, if_there), UsageError);
    file.append(row(0));
    EXPECT_EQ(file_text(path), csv_line(header_of(plan)) + csv_line(row(0)));
  }
  EXPECT_EQ(RowFile(path, plan, IfThere::resume).earlier_rows().size(), 1u);
}

TEST_F(RowFileTest, goes_on_behind_the_last_whole_row) {
  const std::string whole = csv_line(header_of(plan)) + csv_line(row(0)) + csv_line(row(1));
  write_text(path, whole + "torch.float16,4,8,\"to");
  RowFile file(path, plan, IfThere::resume);
  EXPECT_EQ(file.earlier_rows(), (std::vector<CsvRow>{row(0), row(1)}));
  file.append(row(2));
  EXPECT_EQ(file_text(path), whole + csv_line(row(2)));
}

TEST_F(RowFileTest, is_begun_where_there_is_nothing_to_resume) {
  const RowFile file(path, plan, IfThere::resume);
  EXPECT_EQ(file_text(path), csv_line(header_of(plan)));
}

TEST_F(RowFileTest, refuses_rows_of_another_sweep_and_leaves_them_alone) {
  FastpathGrid other_grid = small_grid();
  other_grid.b_values = {1, 31, 61};
  const SweepPlan other = small_plan(other_grid);
  std::string text = csv_line(header_of(other));
  for (std::size_t index = 0; index < 2; ++index) text += csv_line(row_of(other, other.points[index], good_answer()));
  write_text(path, text);
  EXPECT_THROW(RowFile(path, plan, IfThere::resume), UsageError);
  EXPECT_EQ(file_text(path), text);
}

TEST_F(RowFileTest, in_a_missing_folder_is_refused) {
  EXPECT_THROW(RowFile(folder / "missing/rows.csv", plan, IfThere::refuse), UsageError);
}

TEST_F(RowFileTest, leaves_nothing_but_itself_behind) {
  { const RowFile file(path, plan, IfThere::refuse); }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace attngate::test

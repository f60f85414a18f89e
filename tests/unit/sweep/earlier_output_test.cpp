#include "attngate/sweep/earlier_output.h"

#include <gtest/gtest.h>

#include "attngate/base/usage_error.h"
#include "attngate/sweep/sweep_report.h"
#include "small_plan.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

class EarlierOutputTest : public testing::Test {
 protected:
  std::string with_text(const std::string& text) const {
    write_text(path, text);
    return path;
  }

  ScratchFolder folder;
  std::string path = folder / "file";
  SweepPlan plan = small_plan();
};

TEST_F(EarlierOutputTest, is_nothing_where_there_is_no_file_or_an_empty_one) {
  for (const auto& look : {earlier_rows_at, earlier_error_counts_at, earlier_json_at}) {
    EXPECT_EQ(look(folder / "missing"), EarlierOutput::nothing);
    EXPECT_EQ(look(with_text("")), EarlierOutput::nothing);
    EXPECT_EQ(look(with_text("[1, 2]")), EarlierOutput::of_others);
  }
}

TEST_F(EarlierOutputTest, of_rows_is_told_by_the_header_whatever_the_paths) {
  FastpathGrid grid = small_grid();
  grid.also = {"one", "more"};
  for (const SweepPlan& one : {plan, small_plan(grid)}) {
    const std::string header = csv_line(header_of(one));
    EXPECT_EQ(earlier_rows_at(with_text(header)), EarlierOutput::nothing);
    EXPECT_EQ(earlier_rows_at(with_text(header + "torn")), EarlierOutput::of_a_sweep);
  }
  EXPECT_EQ(earlier_rows_at(with_text("status,detail,run\n1,2,3\n")), EarlierOutput::of_others);
}

TEST_F(EarlierOutputTest, of_error_counts_is_counts_of_configurations) {
  EXPECT_EQ(earlier_error_counts_at(with_text(error_counts_json(plan, {}))), EarlierOutput::nothing);
  const CsvRow bad = row_of(plan, plan.points[0], bad_answer());
  EXPECT_EQ(earlier_error_counts_at(with_text(error_counts_json(plan, {bad}))), EarlierOutput::of_a_sweep);
  for (const char* theirs : {R"({"salary": 1})", R"({"batch:1": "many"})", R"({"batch:1": 1}, 2)", "{"})
    EXPECT_EQ(earlier_error_counts_at(with_text(theirs)), EarlierOutput::of_others) << theirs;
}

TEST_F(EarlierOutputTest, of_json_is_told_by_its_schema_and_its_options) {
  with_text(sweep_json(plan, {}, {}));
  EXPECT_EQ(earlier_json_at(path), EarlierOutput::of_a_sweep);
  EXPECT_TRUE(json_is_of(path, plan));
  FastpathGrid grid = small_grid();
  grid.seed = 1;
  EXPECT_FALSE(json_is_of(path, small_plan(grid)));
  EXPECT_EQ(earlier_json_at(with_text(R"({"schema": "attngate.gates"})")), EarlierOutput::of_others);
}

TEST(RequireWritableOverTest, refuses_what_is_of_others_always_and_what_was_measured_unless_it_is_meant) {
  const auto is_let_pass = [](EarlierOutput there, IfThere if_there) {
    try {
      require_writable_over("--json", "x", there, if_there);
      return true;
    } catch (const UsageError&) {
      return false;
    }
  };
  for (const IfThere if_there : {IfThere::refuse, IfThere::resume, IfThere::overwrite}) {
    EXPECT_TRUE(is_let_pass(EarlierOutput::nothing, if_there));
    EXPECT_FALSE(is_let_pass(EarlierOutput::of_others, if_there));
    EXPECT_EQ(is_let_pass(EarlierOutput::of_a_sweep, if_there), if_there != IfThere::refuse);
  }
}

}  // namespace
}  // namespace attngate::test

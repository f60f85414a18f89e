#include "attngate/sweep/sweep_run.h"

#include <gtest/gtest.h>

#include "small_plan.h"

namespace attngate::test {
namespace {

struct Record {
  std::vector<std::size_t> begun;
  std::vector<CsvRow> ended;
  std::vector<bool> held;
  std::size_t stop_at = 1000;

  SweepListener listener() {
    return {
        [this](std::size_t index) { begun.push_back(index); },
        [this](const CsvRow& row, const SweepAnswer& answer) { ended.push_back(row), held.push_back(answer.holds()); },
        [this] { return ended.size() >= stop_at; }};
  }
};

TEST(SweepRunTest, measures_every_point_in_order) {
  const SweepPlan plan = small_plan();
  FakeSweepSource source;
  Record record;
  std::vector<CsvRow> rows;
  EXPECT_TRUE(run_sweep(plan, source, rows, record.listener()));
  ASSERT_EQ(source.lines.size(), plan.points.size());
  for (std::size_t index = 0; index < rows.size(); ++index)
    EXPECT_EQ(source.lines[index], plan.points[index].request.line);
  EXPECT_EQ(record.ended, rows);
  EXPECT_EQ(record.begun, (std::vector<std::size_t>{0, 1, 2, 3, 4, 5}));
}

TEST(SweepRunTest, goes_on_behind_a_row_that_failed) {
  const SweepPlan plan = small_plan();
  FakeSweepSource source({good_answer(), bad_answer()});
  Record record;
  std::vector<CsvRow> rows;
  EXPECT_TRUE(run_sweep(plan, source, rows, record.listener()));
  EXPECT_EQ(record.held, (std::vector<bool>{true, false, true, true, true, true}));
  EXPECT_EQ(errors_of(plan, rows), (std::map<std::string, std::uint64_t>{{plan.points[1].entry_name, 1}}));
}

TEST(SweepRunTest, interrupted_and_resumed_comes_to_the_rows_of_an_uninterrupted_one) {
  const SweepPlan plan = small_plan();
  FakeSweepSource one, other;
  std::vector<CsvRow> whole, pieces;
  Record undisturbed, interrupted, resumed;
  run_sweep(plan, one, whole, undisturbed.listener());
  interrupted.stop_at = plan.points.size() / 3;
  EXPECT_FALSE(run_sweep(plan, other, pieces, interrupted.listener()));
  EXPECT_EQ(pieces.size(), plan.points.size() / 3);
  EXPECT_TRUE(run_sweep(plan, other, pieces, resumed.listener()));
  EXPECT_EQ(resumed.begun.front(), plan.points.size() / 3);
  EXPECT_EQ(pieces, whole);
}

}  // namespace
}  // namespace attngate::test

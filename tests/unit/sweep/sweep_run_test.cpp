#include "attngate/sweep/sweep_run.h"

#include <gtest/gtest.h>

#include "attngate/isolation/worker_error.h"
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

/// Dies, or cannot be had any more, as it is asked for the third row.
class DyingSweepSource : public FakeSweepSource {
 public:
  explicit DyingSweepSource(bool is_gone) : is_gone_(is_gone) {}
  SweepAnswer measure(const SweepRequest& request) override {
    SweepAnswer answer = FakeSweepSource::measure(request);
    if (lines.size() < 3) return answer;
    if (is_gone_) throw WorkerError("no worker can be started");
    answer.problem = "the worker died by SIGTERM";
    answer.worker_died = true;
    return answer;
  }

 private:
  bool is_gone_;
};

/// Asked in the middle of the third row.
bool asked_for_in_row_three(const DyingSweepSource& source) { return source.lines.size() >= 3; }

TEST(SweepRunTest, makes_no_row_of_a_worker_that_ends_when_a_stop_was_asked_for) {
  const SweepPlan plan = small_plan();
  for (const bool is_gone : {false, true}) {
    DyingSweepSource source(is_gone);
    Record record;
    SweepListener listener = record.listener();
    listener.interrupted = [&] { return asked_for_in_row_three(source); };
    std::vector<CsvRow> rows;
    EXPECT_FALSE(run_sweep(plan, source, rows, listener));
    EXPECT_EQ(rows.size(), 2u);
    EXPECT_EQ(record.held, (std::vector<bool>{true, true}));
  }
}

TEST(SweepRunTest, makes_an_error_row_of_a_worker_that_dies_by_itself) {
  const SweepPlan plan = small_plan();
  DyingSweepSource source(/*is_gone=*/false);
  Record record;
  record.stop_at = 3;
  std::vector<CsvRow> rows;
  EXPECT_FALSE(run_sweep(plan, source, rows, record.listener()));
  EXPECT_EQ(record.held, (std::vector<bool>{true, true, false}));
}

TEST(SweepRunTest, tells_that_no_worker_can_be_had) {
  DyingSweepSource source(/*is_gone=*/true);
  Record record;
  std::vector<CsvRow> rows;
  EXPECT_THROW(run_sweep(small_plan(), source, rows, record.listener()), WorkerError);
}

}  // namespace
}  // namespace attngate::test

#pragma once

#include "attngate/sweep/fastpath_sweep.h"
#include "attngate/sweep/sweep_run.h"

namespace attngate::test {

/// A fastpath grid of 2 lengths x 3 b.
inline FastpathGrid small_grid() {
  FastpathGrid grid;
  grid.batch_sizes = {4};
  grid.sequence_lengths = {8, 16};
  grid.embed_dims = {32};
  grid.heads = {4};
  grid.b_values = {1, 21, 61};
  return grid;
}

inline SweepPlan small_plan(const FastpathGrid& grid = small_grid()) {
  return plan_fastpath(grid, {.type = "cuda", .name = "a GPU"});
}

/// What a healthy row comes to: the slow operator takes 300 us, the fast one 100 us.
inline SweepAnswer good_answer() {
  SweepAnswer answer;
  answer.operators = {{.backend = "cudnn", .us = 300, .margin = 0.25},
                      {.backend = "flash", .us = 100, .margin = 0.5},
                      {.backend = "flash", .us = 120, .margin = 0.125}};
  answer.speedups = {RatioEstimate{3, 2.98, 3.02, 0.96, 9}};
  answer.rounds = 9;
  answer.worst_margin = 0.5;
  answer.checked_sequences = 4;
  return answer;
}

/// The fast operator is wrong.
inline SweepAnswer bad_answer() {
  SweepAnswer answer = good_answer();
  answer.operators[1] = {
      .kind = OperatorAnswer::Kind::failed, .reason = "wrong result, of \"one\" row", .backend = "flash", .margin = 7};
  answer.speedups = {std::nullopt};
  return answer;
}

/// Gives these answers in turn, good ones behind them.
class FakeSweepSource : public SweepSource {
 public:
  explicit FakeSweepSource(std::vector<SweepAnswer> answers = {}) : answers_(std::move(answers)) {}
  SweepAnswer measure(const SweepRequest& request) override {
    lines.push_back(request.line);
    return lines.size() <= answers_.size() ? answers_[lines.size() - 1] : good_answer();
  }
  std::vector<std::string> lines;

 private:
  std::vector<SweepAnswer> answers_;
};

}  // namespace attngate::test

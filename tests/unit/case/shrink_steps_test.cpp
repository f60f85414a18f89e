#include "attngate/case/shrink_steps.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace attngate {
namespace {

TEST(ShrinkSteps, begin_with_the_stage_of_the_start_and_end_with_the_one_before_it) {
  const AttentionCase c{.num_heads = 4, .head_dim = 16, .lengths = {7, 0, 12, 3}};
  const ShrinkSteps all = shrink_steps(c, ShrinkStage::jump);
  EXPECT_EQ(all.front().stage, ShrinkStage::jump);
  EXPECT_EQ(all.back().stage, ShrinkStage::seed);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.stage < b.stage; }));
  const ShrinkSteps later = shrink_steps(c, ShrinkStage::shape);
  EXPECT_EQ(later.front().stage, ShrinkStage::shape);
  EXPECT_EQ(later.back().stage, ShrinkStage::lengths);
  EXPECT_EQ(later.size(), all.size());
}

TEST(ShrinkSteps, jump_to_no_longer_sequence_and_to_an_empty_one_only_from_one) {
  for (const std::vector<std::int64_t>& lengths : {std::vector<std::int64_t>{5, 2}, {5, 0}, {40}, {0}, {}}) {
    const AttentionCase c{.lengths = lengths};
    for (const ShrinkStep& step : shrink_steps(c, ShrinkStage::jump)) {
      if (step.stage != ShrinkStage::jump) continue;
      const AttentionCase jumped = apply(step, c);
      EXPECT_LE(jumped.max_length(), std::max(c.max_length(), std::int64_t{1}));
      const bool had_empty = std::find(lengths.begin(), lengths.end(), 0) != lengths.end();
      const bool has_empty = std::find(jumped.lengths.begin(), jumped.lengths.end(), 0) != jumped.lengths.end();
      EXPECT_TRUE(had_empty || !has_empty);
    }
  }
}

TEST(Apply, keeps_one_switch_and_resets_the_others) {
  const AttentionCase c{.num_heads = 4,
                        .head_dim = 16,
                        .lengths = {7, 7},
                        .mask = MaskKind::causal,
                        .layout = StorageLayout::sliced,
                        .storage_offset = 2,
                        .seed = 9};
  int only_layout = 0;
  for (const ShrinkStep& step : shrink_steps(c, ShrinkStage::jump)) {
    if (step.kind != ShrinkStep::keep_switch) continue;
    only_layout +=
        apply(step, c) ==
        AttentionCase{.num_heads = 1, .head_dim = 1, .lengths = {7, 7}, .layout = StorageLayout::sliced, .seed = 9};
  }
  EXPECT_EQ(only_layout, 1);
}

}  // namespace
}  // namespace attngate

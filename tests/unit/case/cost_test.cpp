#include "attngate/case/cost.h"

#include <gtest/gtest.h>

namespace attngate {
namespace {

TEST(CostOf, CountsPaddingAsTokens) {
  // B = 2, H = 3, D = 4, T = 5 + 1 = 6, E = 12.
  const Cost cost = cost_of({.num_heads = 3, .head_dim = 4, .lengths = {5, 1}, .extra_padding = 1});
  EXPECT_EQ(cost.flops, 4 * 2 * 3 * 36 * 4 + 8 * 2 * 6 * 144);
  EXPECT_EQ(cost.bytes, 8 * (2 * 3 * 36 + 5 * 2 * 6 * 12 + 4 * 144));
}

TEST(CostOf, DoesNotOverflowForTheLargestCase) {
  AttentionCase largest{
      .num_heads = CaseRange::max_num_heads, .head_dim = CaseRange::max_head_dim, .lengths = {}};
  largest.lengths.assign(static_cast<std::size_t>(CaseRange::max_batch_size), CaseRange::max_length);
  EXPECT_GT(cost_of(largest).flops, 1e20);
  EXPECT_FALSE(within(cost_of(largest), gpu_limit()));
}

TEST(Within, WantsBothFlopsAndBytes) {
  const CostLimit limit{.max_flops = 10, .max_bytes = 20};
  EXPECT_TRUE(within({.flops = 10, .bytes = 20}, limit));
  EXPECT_FALSE(within({.flops = 11, .bytes = 20}, limit));
  EXPECT_FALSE(within({.flops = 10, .bytes = 21}, limit));
}

}  // namespace
}  // namespace attngate

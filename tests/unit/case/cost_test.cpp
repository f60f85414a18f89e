#include "attngate/case/cost.h"

#include <gtest/gtest.h>

namespace attngate {
namespace {

TEST(CostOf, counts_padding_as_tokens) {
  // B = 2, H = 3, D = 4, T = 5 + 1 = 6, E = 12.
  const Cost cost = cost_of({.num_heads = 3, .head_dim = 4, .lengths = {5, 1}, .extra_padding = 1});
  EXPECT_EQ(cost.flops, 4 * 2 * 3 * 36 * 4 + 8 * 2 * 6 * 144);
  EXPECT_EQ(cost.bytes, 8 * (2 * 3 * 36 + 5 * 2 * 6 * 12 + 4 * 144) + 2 * 6);
}

TEST(CostOf, counts_the_mask) {
  AttentionCase c{.num_heads = 3, .head_dim = 4, .lengths = {6, 6}, .mask = MaskKind::none};
  const double unmasked = cost_of(c).bytes;
  const auto mask_bytes = [&](MaskKind mask) {
    c.mask = mask;
    return cost_of(c).bytes - unmasked;
  };
  EXPECT_EQ(mask_bytes(MaskKind::padding), 2 * 6);
  EXPECT_EQ(mask_bytes(MaskKind::holes), 2 * 6);
  EXPECT_EQ(mask_bytes(MaskKind::two_d), 6 * 6);
  EXPECT_EQ(mask_bytes(MaskKind::causal), 6 * 6);
  EXPECT_EQ(mask_bytes(MaskKind::four_d), 2 * 3 * 6 * 6);
}

TEST(CostOf, is_that_of_the_parameters_for_an_empty_batch) {
  const Cost cost = cost_of({.num_heads = 2, .head_dim = 8, .lengths = {}, .extra_padding = 5});
  EXPECT_EQ(cost.flops, 0);
  EXPECT_EQ(cost.bytes, 8 * 4 * 256);
}

TEST(CostOf, does_not_overflow_for_the_largest_case) {
  AttentionCase largest{.num_heads = CaseRange::max_num_heads, .head_dim = CaseRange::max_head_dim, .lengths = {}};
  largest.lengths.assign(static_cast<std::size_t>(CaseRange::max_batch_size), CaseRange::max_length);
  EXPECT_GT(cost_of(largest).flops, 1e20);
  EXPECT_FALSE(within(cost_of(largest), gpu_limit()));
}

TEST(ReferenceBytes, are_those_of_two_times_the_scores_without_extra_padding) {
  // B = 2, H = 3, D = 4, L = 5, 6 tokens, E = 12.
  const AttentionCase c{.num_heads = 3, .head_dim = 4, .lengths = {5, 1}, .extra_padding = 1000};
  EXPECT_EQ(reference_bytes(c), 8 * (2 * 2 * 3 * 25 + 5 * 6 * 12 + 4 * 144));
}

TEST(Within, wants_flops_and_bytes_and_sequences) {
  const CostLimit limit{.max_flops = 10, .max_bytes = 20, .max_sequences = 30};
  EXPECT_TRUE(within({.flops = 10, .bytes = 20, .sequences = 30}, limit));
  EXPECT_FALSE(within({.flops = 11, .bytes = 20, .sequences = 30}, limit));
  EXPECT_FALSE(within({.flops = 10, .bytes = 21, .sequences = 30}, limit));
  EXPECT_FALSE(within({.flops = 10, .bytes = 20, .sequences = 31}, limit));
}

TEST(TimesTheLimit, is_that_of_the_respect_in_which_the_case_costs_most) {
  const CostLimit limit{.max_flops = 10, .max_bytes = 20, .max_sequences = 30};
  EXPECT_EQ(times_the_limit({.flops = 1, .bytes = 20, .sequences = 3}, limit), 1);
  EXPECT_EQ(times_the_limit({.flops = 15, .bytes = 20, .sequences = 3}, limit), 1.5);
  EXPECT_EQ(times_the_limit({.flops = 15, .bytes = 20, .sequences = 90}, limit), 3);
}

}  // namespace
}  // namespace attngate

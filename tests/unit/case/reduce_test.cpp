#include "attngate/case/reduce.h"

#include <gtest/gtest.h>

#include "attngate/case/lengths.h"

namespace attngate {
namespace {

const AttentionCase big{.num_heads = 32, .head_dim = 256, .lengths = std::vector<std::int64_t>(256, 1024)};

TEST(ReduceTo, leaves_a_case_within_the_limit_alone) {
  AttentionCase c{.num_heads = 3, .head_dim = 100, .lengths = {33, 1}};
  const AttentionCase before = c;
  reduce_to(gpu_limit(), CaseSize::batch, c);
  EXPECT_EQ(c, before);
}

TEST(ReduceTo, reaches_the_limit_and_stays_near_it) {
  for (const CaseSize spared : {CaseSize::batch, CaseSize::lengths, CaseSize::num_heads, CaseSize::head_dim}) {
    AttentionCase c = big;
    reduce_to(gpu_limit(), spared, c);
    EXPECT_TRUE(within(cost_of(c), gpu_limit()));
    // One step divides flops by at most 4 and bytes by at most 4, but for head_dim's uneven boundary values.
    EXPECT_FALSE(within(cost_of(c), {gpu_limit().max_flops / 6, gpu_limit().max_bytes / 6}));
    EXPECT_NO_THROW(validate(c));
  }
}

TEST(ReduceTo, spares_the_size_that_it_is_told) {
  const auto reduced = [](CaseSize spared) {
    AttentionCase c = big;
    reduce_to(cpu_limit(), spared, c);
    return c;
  };
  EXPECT_EQ(reduced(CaseSize::batch).batch_size(), 256);
  EXPECT_EQ(reduced(CaseSize::lengths).max_length(), 1024);
  EXPECT_EQ(reduced(CaseSize::num_heads).num_heads, 32);
  EXPECT_EQ(reduced(CaseSize::head_dim).head_dim, 256);
}

TEST(ReduceTo, keeps_equal_lengths_equal_and_makes_no_length_zero) {
  AttentionCase equal{.num_heads = 32, .head_dim = 64, .lengths = Lengths(300, 333), .mask = MaskKind::two_d};
  reduce_to(cpu_limit(), CaseSize::num_heads, equal);
  EXPECT_LT(equal.max_length(), 333);
  EXPECT_NO_THROW(validate(equal));
  AttentionCase ragged{.num_heads = 32, .head_dim = 64, .lengths = Lengths(300, 1), .nested = NestedForm::mask};
  ragged.lengths.front() = 333;
  reduce_to(cpu_limit(), CaseSize::num_heads, ragged);
  EXPECT_LT(ragged.max_length(), 333);
  EXPECT_NO_THROW(validate(ragged));
}

TEST(ReduceTo, leaves_an_empty_batch_empty_and_an_empty_sequence_empty) {
  AttentionCase c{.num_heads = 1024, .head_dim = 1024, .lengths = {}};
  reduce_to(cpu_limit(), CaseSize::num_heads, c);
  EXPECT_TRUE(within(cost_of(c), cpu_limit()));
  EXPECT_EQ(c.batch_size(), 0);
  c = {.num_heads = 32, .head_dim = 64, .lengths = {0, 1000}};
  reduce_to(cpu_limit(), CaseSize::batch, c);
  EXPECT_EQ(c.lengths.front(), 0);
  EXPECT_LT(c.lengths.back(), 1000);
}

TEST(ReduceTo, ends_at_the_smallest_case_when_even_that_is_too_much) {
  AttentionCase c{.num_heads = 32, .head_dim = 100, .lengths = {300, 7, 1}, .extra_padding = 9};
  reduce_to({.max_flops = 0, .max_bytes = 0}, CaseSize::lengths, c);
  EXPECT_EQ(c, (AttentionCase{.num_heads = 1, .head_dim = 1, .lengths = {1}}));
}

}  // namespace
}  // namespace attngate

#include "attngate/case/reduce.h"

#include <gtest/gtest.h>

#include "attngate/case/lengths.h"

namespace attngate {
namespace {

const AttentionCase big{.num_heads = 32, .head_dim = 256, .lengths = std::vector<std::int64_t>(256, 1024)};

TEST(ReduceTo, LeavesACaseWithinTheLimitAlone) {
  AttentionCase c{.num_heads = 3, .head_dim = 100, .lengths = {33, 1}};
  const AttentionCase before = c;
  reduce_to(gpu_limit(), CaseSize::batch, c);
  EXPECT_EQ(c, before);
}

TEST(ReduceTo, ReachesTheLimitAndStaysNearIt) {
  for (const CaseSize spared : {CaseSize::batch, CaseSize::lengths, CaseSize::num_heads, CaseSize::head_dim}) {
    AttentionCase c = big;
    reduce_to(gpu_limit(), spared, c);
    EXPECT_TRUE(within(cost_of(c), gpu_limit()));
    // One step divides flops by at most 4 and bytes by at most 4, but for head_dim's uneven boundary values.
    EXPECT_FALSE(within(cost_of(c), {gpu_limit().max_flops / 6, gpu_limit().max_bytes / 6}));
    EXPECT_NO_THROW(validate(c));
  }
}

TEST(ReduceTo, SparesTheSizeThatItIsTold) {
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

TEST(ReduceTo, KeepsEqualLengthsEqualAndMakesNoLengthZero) {
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

TEST(ReduceTo, LeavesAnEmptyBatchEmptyAndAnEmptySequenceEmpty) {
  AttentionCase c{.num_heads = 1024, .head_dim = 1024, .lengths = {}};
  reduce_to(cpu_limit(), CaseSize::num_heads, c);
  EXPECT_TRUE(within(cost_of(c), cpu_limit()));
  EXPECT_EQ(c.batch_size(), 0);
  c = {.num_heads = 32, .head_dim = 64, .lengths = {0, 1000}};
  reduce_to(cpu_limit(), CaseSize::batch, c);
  EXPECT_EQ(c.lengths.front(), 0);
  EXPECT_LT(c.lengths.back(), 1000);
}

TEST(ReduceTo, EndsAtTheSmallestCaseWhenEvenThatIsTooMuch) {
  AttentionCase c{.num_heads = 32, .head_dim = 100, .lengths = {300, 7, 1}, .extra_padding = 9};
  reduce_to({.max_flops = 0, .max_bytes = 0}, CaseSize::lengths, c);
  EXPECT_EQ(c, (AttentionCase{.num_heads = 1, .head_dim = 1, .lengths = {1}}));
}

}  // namespace
}  // namespace attngate

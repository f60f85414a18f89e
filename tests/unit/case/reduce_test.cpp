#include <cstdint>

#include "attngate/case/reduce.h"

#include <set>

#include <gtest/gtest.h>

namespace attngate {
namespace {

const AttentionCase big{.num_heads = 32, .head_dim = 256, .lengths = std::vector<std::int64_t>(256, 1024)};

TEST(ReduceTo, LeavesACaseWithinTheLimitAlone) {
  AttentionCase c{.num_heads = 3, .head_dim = 100, .lengths = {33, 1}};
  const AttentionCase before = c;
  rc::Random random(1);
  reduce_to(gpu_limit(), random, c);
  EXPECT_EQ(c, before);
}

TEST(ReduceTo, ReachesTheLimitAndStaysNearIt) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    AttentionCase c = big;
    rc::Random random(seed);
    reduce_to(gpu_limit(), random, c);
    EXPECT_TRUE(within(cost_of(c), gpu_limit()));
    // One step divides flops by at most 4 and bytes by at most 4, but for head_dim's uneven boundary values.
    EXPECT_FALSE(within(cost_of(c), {gpu_limit().max_flops / 6, gpu_limit().max_bytes / 6}));
    EXPECT_NO_THROW(validate(c));
  }
}

TEST(ReduceTo, SparesADifferentSizeInDifferentCases) {
  std::set<char> spared;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    AttentionCase c = big;
    rc::Random random(seed);
    reduce_to(cpu_limit(), random, c);
    if (c.batch_size() == 256) spared.insert('B');
    if (c.max_length() == 1024) spared.insert('T');
    if (c.num_heads == 32) spared.insert('H');
    if (c.head_dim == 256) spared.insert('D');
  }
  EXPECT_EQ(spared, (std::set<char>{'B', 'T', 'H', 'D'}));
}

TEST(ReduceTo, EndsAtTheSmallestCaseWhenEvenThatIsTooMuch) {
  AttentionCase c{.num_heads = 32, .head_dim = 100, .lengths = {300, 7, 1}, .extra_padding = 9};
  rc::Random random(3);
  reduce_to({.max_flops = 0, .max_bytes = 0}, random, c);
  EXPECT_EQ(c, (AttentionCase{.num_heads = 1, .head_dim = 1, .lengths = {1}}));
}

}  // namespace
}  // namespace attngate

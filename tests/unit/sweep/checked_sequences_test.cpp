#include "attngate/sweep/checked_sequences.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "attngate/case/cost.h"

namespace attngate::test {
namespace {

AttentionCase case_with(std::vector<std::int64_t> lengths, std::int64_t heads = 16) {
  AttentionCase attention_case;
  attention_case.num_heads = heads;
  attention_case.head_dim = 64;
  attention_case.lengths = std::move(lengths);
  return attention_case;
}

/// 256 sequences of 512 tokens and 1024 channels but for two: the largest shape of the seed program.
AttentionCase large_case() {
  std::vector<std::int64_t> lengths(256, 300);
  lengths[100] = 512;
  lengths[200] = 2;
  return case_with(lengths);
}

TEST(SequencesToCheckTest, are_all_of_a_small_case) {
  EXPECT_EQ(sequences_to_check(case_with({3, 1, 2}), 1, {}), (std::vector<std::int64_t>{0, 1, 2}));
}

TEST(SequencesToCheckTest, of_a_large_case_stay_within_the_limit_and_have_the_longest_and_the_shortest) {
  const AttentionCase large = large_case();
  const std::vector<std::int64_t> chosen = sequences_to_check(large, 1, {});
  EXPECT_TRUE(std::ranges::binary_search(chosen, 100) && std::ranges::binary_search(chosen, 200));
  EXPECT_EQ(std::set(chosen.begin(), chosen.end()).size(), chosen.size());
  EXPECT_GT(chosen.size(), 2u);
  AttentionCase part = large;
  part.lengths.clear();
  for (const std::int64_t sequence : chosen) part.lengths.push_back(large.lengths[static_cast<std::size_t>(sequence)]);
  const Cost cost = cost_of(part);
  EXPECT_LE(cost.flops, ReferenceLimit{}.flops);
  EXPECT_LE(cost.bytes, ReferenceLimit{}.bytes);
  EXPECT_GT(cost.flops, ReferenceLimit{}.flops / 2) << "and use it";
}

TEST(SequencesToCheckTest, are_drawn_by_the_seed) {
  EXPECT_EQ(sequences_to_check(large_case(), 1, {}), sequences_to_check(large_case(), 1, {}));
  EXPECT_NE(sequences_to_check(large_case(), 1, {}), sequences_to_check(large_case(), 2, {}));
}

TEST(SequencesToCheckTest, are_all_where_that_is_asked_for) {
  EXPECT_EQ(sequences_to_check(large_case(), 1, ReferenceLimit::none()).size(), 256u);
}

TEST(SequencesToCheckTest, are_two_at_least_and_never_more_than_there_are) {
  const std::int64_t huge = 1 << 17;
  EXPECT_EQ(sequences_to_check(case_with({huge, huge, huge}), 1, {}).size(), 2u);
  EXPECT_EQ(sequences_to_check(case_with({huge}), 1, {}), std::vector<std::int64_t>{0});
  EXPECT_TRUE(sequences_to_check(case_with({}), 1, {}).empty());
}

}  // namespace
}  // namespace attngate::test

#include "attngate/properties/seeded_draw.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

namespace attngate {
namespace {

AttentionCase with_seed(std::uint64_t seed) {
  AttentionCase attention_case;
  attention_case.seed = seed;
  return attention_case;
}

TEST(SeededDraw, gives_the_same_choices_for_the_same_case_and_property) {
  SeededDraw left(with_seed(7), "causal"), right(with_seed(7), "causal");
  EXPECT_EQ(left.permutation(50), right.permutation(50));
  EXPECT_EQ(left.below(1000), right.below(1000));
}

TEST(SeededDraw, gives_other_choices_for_another_seed_or_property) {
  const auto order = SeededDraw(with_seed(7), "causal").permutation(50);
  EXPECT_NE(order, SeededDraw(with_seed(8), "causal").permutation(50));
  EXPECT_NE(order, SeededDraw(with_seed(7), "rerun").permutation(50));
}

TEST(SeededDraw, reaches_every_number_below_the_count) {
  SeededDraw draw(with_seed(1), "rerun");
  std::set<std::int64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(draw.below(5));
  EXPECT_EQ(seen, (std::set<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST(SeededDraw, chooses_as_below_does) {
  constexpr std::array<char, 4> letters = {'a', 'b', 'c', 'd'};
  SeededDraw draw(with_seed(5), "rerun"), same(with_seed(5), "rerun");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(draw.one_of(letters), letters[static_cast<std::size_t>(same.below(4))]);
}

TEST(SeededDraw, permutes_every_number_once) {
  for (const std::int64_t count : {0, 1, 2, 33}) {
    std::vector<std::int64_t> order = SeededDraw(with_seed(3), "batch_permutation").permutation(count);
    std::ranges::sort(order);
    EXPECT_EQ(order, [count] {
      std::vector<std::int64_t> all(static_cast<std::size_t>(count));
      std::iota(all.begin(), all.end(), 0);
      return all;
    }());
  }
}

}  // namespace
}  // namespace attngate

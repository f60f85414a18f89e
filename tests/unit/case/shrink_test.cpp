#include <cstdint>

#include "attngate/case/shrink.h"

#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "attngate/case/generate.h"
#include "attngate/case/text.h"

namespace attngate {
namespace {

struct Shrunk {
  AttentionCase smallest;
  int runs = 0;
};

/// Shrinks as a runner does: takes the first candidate that fails, until none does.
template <typename Fails>
Shrunk shrink(const AttentionCase& start, const Fails& fails) {
  EXPECT_TRUE(fails(start)) << start;
  rc::Shrinkable<AttentionCase> current = shrinkable_case(start);
  Shrunk result{.smallest = start};
  bool progress = true;
  while (progress) {
    progress = false;
    auto candidates = current.shrinks();
    for (auto candidate = candidates.next(); candidate && !progress; ) {
      ++result.runs;
      progress = fails(candidate->value());
      if (progress) {
        current = *candidate;
      } else {
        candidate = candidates.next();
      }
    }
  }
  result.smallest = current.value();
  return result;
}

bool any_length(const AttentionCase& c, bool (*wanted)(std::int64_t)) {
  return std::any_of(c.lengths.begin(), c.lengths.end(), wanted);
}

/// Random cases for which the failure shows, big ones only.
template <typename Fails>
std::vector<AttentionCase> failing_cases(const Fails& fails, int count) {
  std::vector<AttentionCase> found;
  for (std::int64_t index = 60; static_cast<int>(found.size()) < count; ++index) {
    const AttentionCase c = nth_case({}, 0xfa11, index);
    if (c.batch_size() >= 8 && fails(c)) found.push_back(c);
  }
  return found;
}

AttentionCase minimal(const AttentionCase& origin, std::vector<std::int64_t> lengths) {
  return {.dtype = origin.dtype, .num_heads = 1, .head_dim = 1, .lengths = std::move(lengths)};
}

TEST(ShrinkCandidates, AreValidSimplerAndDistinct) {
  for (std::int64_t index = 0; index < 400; ++index) {
    const AttentionCase origin = nth_case({}, 0xabc, index);
    std::set<std::string> lines;
    auto candidates = shrink_candidates(origin);
    for (auto candidate = candidates.next(); candidate; candidate = candidates.next()) {
      EXPECT_NO_THROW(validate(*candidate)) << *candidate;
      EXPECT_TRUE(is_simpler(*candidate, origin)) << *candidate << " from " << origin;
      EXPECT_FALSE(is_simpler(origin, *candidate)) << *candidate << " from " << origin;
      EXPECT_EQ(candidate->dtype, origin.dtype);
      EXPECT_TRUE(candidate->seed == origin.seed || candidate->seed == 0);
      EXPECT_TRUE(lines.insert(to_line(*candidate)).second) << "twice: " << *candidate;
    }
  }
}

TEST(ShrinkCandidates, NoneEqualsTheOriginalAndTheSimplestCaseHasNone) {
  const AttentionCase simplest{.num_heads = 1, .head_dim = 1, .lengths = {1}};
  EXPECT_FALSE(static_cast<bool>(shrink_candidates(simplest).next()));
}

TEST(ShrinkCandidates, StartWithHalfTheBatchAndEndWithSeedZero) {
  const AttentionCase origin{.lengths = {1, 2, 3, 4}, .seed = 7};
  auto candidates = shrink_candidates(origin);
  EXPECT_EQ(candidates.next()->lengths, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(candidates.next()->lengths, (std::vector<std::int64_t>{3, 4}));
  AttentionCase last = origin;
  for (auto candidate = candidates.next(); candidate; candidate = candidates.next()) last = *candidate;
  EXPECT_EQ(last, (AttentionCase{.lengths = {1, 2, 3, 4}}));
}

TEST(ShrinkCandidates, KeepMaskNoneLegal) {
  const AttentionCase origin{.num_heads = 1, .head_dim = 1, .lengths = {5, 5, 5}, .mask = MaskKind::none};
  const Shrunk shrunk = shrink(origin, [](const AttentionCase& c) { return c.mask == MaskKind::none; });
  EXPECT_EQ(shrunk.smallest, (AttentionCase{.num_heads = 1, .head_dim = 1, .lengths = {1}, .mask = MaskKind::none}));
  const Shrunk long_one = shrink(origin, [](const AttentionCase& c) {
    return c.mask == MaskKind::none && c.batch_size() >= 2 && c.max_length() >= 3;
  });
  EXPECT_EQ(long_one.smallest.lengths, (std::vector<std::int64_t>{3, 3}));
}

TEST(ShrinkCandidates, StayFewForABigBatch) {
  AttentionCase origin{.lengths = std::vector<std::int64_t>(100000, 1)};
  origin.lengths.back() = 2;
  int count = 0;
  auto candidates = shrink_candidates(origin);
  while (candidates.next()) ++count;
  EXPECT_LT(count, 1500);
}

TEST(Shrinking, AnAlwaysFailingCaseEndsAtTheSimplestOne) {
  for (const AttentionCase& start : failing_cases([](const AttentionCase&) { return true; }, 20)) {
    const Shrunk shrunk = shrink(start, [](const AttentionCase&) { return true; });
    EXPECT_EQ(shrunk.smallest, minimal(start, {1}));
    EXPECT_LT(shrunk.runs, 30);
  }
}

// The bounds on runs are two to three times the worst seen in 200 cases each: room for a changed order, none for a
// quadratic one (RapidCheck's own container shrinking takes 31,981 runs for the batch of forty).
TEST(Shrinking, ABatchOfFortyIsReachedFrom256InFewRuns) {
  AttentionCase start = nth_case({}, 1, 100);
  start.lengths.clear();
  for (std::int64_t i = 0; i < 256; ++i) start.lengths.push_back(1 + (i * 37) % 101);
  start.mask = MaskKind::padding;
  const Shrunk shrunk = shrink(start, [](const AttentionCase& c) { return c.batch_size() >= 40; });
  EXPECT_EQ(shrunk.smallest, minimal(start, std::vector<std::int64_t>(40, 1)));
  EXPECT_LT(shrunk.runs, 200);
}

TEST(Shrinking, ALengthOfTwoAnywhereIsReachedInFewRuns) {
  const auto fails = [](const AttentionCase& c) { return any_length(c, [](std::int64_t l) { return l >= 2; }); };
  for (const AttentionCase& start : failing_cases(fails, 50)) {
    const Shrunk shrunk = shrink(start, fails);
    EXPECT_EQ(shrunk.smallest, minimal(start, {2})) << start;
    EXPECT_LT(shrunk.runs, 100) << start;
  }
}

TEST(Shrinking, OnePastATileOf32EndsAtASingle33) {
  const auto fails = [](const AttentionCase& c) {
    return any_length(c, [](std::int64_t l) { return l > 1 && l % 32 == 1; });
  };
  for (const AttentionCase& start : failing_cases(fails, 50)) {
    const Shrunk shrunk = shrink(start, fails);
    EXPECT_EQ(shrunk.smallest, minimal(start, {33})) << start;
    EXPECT_LT(shrunk.runs, 150) << start;
  }
}

TEST(Shrinking, TwoDifferentLengthsEndAtOneAndTwo) {
  const auto fails = [](const AttentionCase& c) {
    return std::set<std::int64_t>(c.lengths.begin(), c.lengths.end()).size() >= 2;
  };
  for (const AttentionCase& start : failing_cases(fails, 50)) {
    const Shrunk shrunk = shrink(start, fails);
    auto lengths = shrunk.smallest.lengths;
    std::sort(lengths.begin(), lengths.end());
    EXPECT_EQ(lengths, (std::vector<std::int64_t>{1, 2})) << start;
    EXPECT_EQ(shrunk.smallest.head_dim * shrunk.smallest.num_heads, 1) << start;
    EXPECT_LT(shrunk.runs, 300) << start;
  }
}

TEST(Shrinking, KeepsTheShapeThatTheFailureNeeds) {
  const auto fails = [](const AttentionCase& c) {
    return c.num_heads % 2 == 1 && c.num_heads > 1 && c.head_dim % 8 == 0 && c.head_dim > 64 && c.extra_padding >= 3 &&
           c.need_weights && c.padding_content > 0;
  };
  const AttentionCase start = parse_line(
      "dtype=fp16 heads=3 head_dim=128 lengths=7,19,3,64x7 extra_padding=9 padding_content=1024 need_weights=1 seed=5");
  EXPECT_EQ(to_line(shrink(start, fails).smallest),
            "dtype=fp16 heads=3 head_dim=72 lengths=1 extra_padding=3 padding_content=1024 need_weights=1");
}

TEST(Shrinking, KeepsTheDataSeedWhereTheFailureNeedsIt) {
  const AttentionCase start{.num_heads = 4, .head_dim = 16, .lengths = {9, 8, 7}, .seed = 77};
  const Shrunk shrunk = shrink(start, [](const AttentionCase& c) { return c.seed == 77 && c.total_tokens() >= 4; });
  EXPECT_EQ(shrunk.smallest, (AttentionCase{.num_heads = 1, .head_dim = 1, .lengths = {4}, .seed = 77}));
}

}  // namespace
}  // namespace attngate

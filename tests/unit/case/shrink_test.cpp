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
  /// Candidates that were tried.
  int runs = 0;
  /// Those among them that failed: half a second each where a failure kills its process.
  int steps = 0;
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
    for (auto candidate = candidates.next(); candidate && !progress;) {
      ++result.runs;
      progress = fails(candidate->value());
      if (progress) {
        ++result.steps;
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

/// The most that shrinking any of 100 failing cases may take.
struct Bounds {
  int runs;
  int steps;
};

/// Shrinks 100 failing cases; each must end at the line, behind its dtype, and keep to the bounds.
template <typename Fails>
void expect_shrinks_to(const std::string& line, const Bounds& bounds, const Fails& fails) {
  int most_runs = 0, most_steps = 0;
  for (const AttentionCase& start : failing_cases(fails, 100)) {
    const Shrunk shrunk = shrink(start, fails);
    EXPECT_EQ(to_line(shrunk.smallest), "dtype=" + to_string(start.dtype) + " " + line) << start;
    most_runs = std::max(most_runs, shrunk.runs);
    most_steps = std::max(most_steps, shrunk.steps);
  }
  EXPECT_LE(most_runs, bounds.runs);
  EXPECT_LE(most_steps, bounds.steps);
}

AttentionCase minimal(const AttentionCase& origin, std::vector<std::int64_t> lengths) {
  return {.dtype = origin.dtype, .num_heads = 1, .head_dim = 1, .lengths = std::move(lengths)};
}

TEST(ShrinkCandidates, are_valid_simpler_and_distinct) {
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

TEST(ShrinkCandidates, none_equals_the_original_and_the_simplest_case_has_none) {
  const AttentionCase simplest{.num_heads = 1, .head_dim = 1, .lengths = {1}};
  EXPECT_FALSE(static_cast<bool>(shrink_candidates(simplest).next()));
}

TEST(ShrinkCandidates, start_with_the_simplest_cases_and_end_with_seed_zero) {
  const AttentionCase origin{.num_heads = 2, .lengths = {1, 2, 3, 4}, .layout = StorageLayout::sliced, .seed = 7};
  auto candidates = shrink_candidates(origin);
  EXPECT_EQ(*candidates.next(), (AttentionCase{.num_heads = 1, .head_dim = 1, .lengths = {1}}));
  EXPECT_EQ(*candidates.next(), (AttentionCase{.num_heads = 1, .head_dim = 1, .lengths = {2}}));
  AttentionCase last = origin;
  for (auto candidate = candidates.next(); candidate; candidate = candidates.next()) last = *candidate;
  AttentionCase expected = origin;
  expected.seed = 0;
  EXPECT_EQ(last, expected);
}

TEST(ShrinkCandidates, have_no_empty_sequence_unless_the_original_has_one) {
  for (std::int64_t index = 0; index < 100; ++index) {
    const AttentionCase origin = nth_case({}, 0xabd, index);
    const auto is_zero = [](std::int64_t length) { return length == 0; };
    if (any_length(origin, is_zero)) continue;
    auto candidates = shrink_candidates(origin);
    for (auto candidate = candidates.next(); candidate; candidate = candidates.next()) {
      EXPECT_FALSE(any_length(*candidate, is_zero)) << *candidate << " from " << origin;
    }
  }
}

TEST(IsSimpler, takes_one_sequence_for_simpler_than_none_and_one_token_for_simpler_than_none) {
  const AttentionCase none{.lengths = {}}, empty{.lengths = {0}}, one{.lengths = {1}}, two{.lengths = {1, 1}};
  EXPECT_TRUE(is_simpler(one, none));
  EXPECT_TRUE(is_simpler(one, empty));
  EXPECT_TRUE(is_simpler(empty, none));
  EXPECT_TRUE(is_simpler(none, two));
}

TEST(IsSimpler, prefers_the_default_of_every_switch) {
  const AttentionCase plain{.lengths = {2}};
  const auto changed = [&](const auto& change) {
    AttentionCase c = plain;
    change(c);
    return is_simpler(plain, c) && !is_simpler(c, plain);
  };
  EXPECT_TRUE(changed([](auto& c) { c.mask = MaskKind::none; }));
  EXPECT_TRUE(changed([](auto& c) { c.layout = StorageLayout::transposed; }));
  EXPECT_TRUE(changed([](auto& c) { c.nested = NestedForm::gaps; }));
  EXPECT_TRUE(changed([](auto& c) { c.values = ValueProfile::tiny; }));
  EXPECT_TRUE(changed([](auto& c) { c.storage_offset = 1; }));
  EXPECT_TRUE(changed([](auto& c) { c.parameter_offset = 1; }));
  EXPECT_TRUE(changed([](auto& c) { c.seed = 1; }));
}

TEST(ShrinkCandidates, keep_mask_none_legal) {
  const AttentionCase origin{.num_heads = 1, .head_dim = 1, .lengths = {5, 5, 5}, .mask = MaskKind::none};
  const Shrunk shrunk = shrink(origin, [](const AttentionCase& c) { return c.mask == MaskKind::none; });
  EXPECT_EQ(shrunk.smallest, (AttentionCase{.num_heads = 1, .head_dim = 1, .lengths = {1}, .mask = MaskKind::none}));
  const Shrunk long_one = shrink(origin, [](const AttentionCase& c) {
    return c.mask == MaskKind::none && c.batch_size() >= 2 && c.max_length() >= 3;
  });
  EXPECT_EQ(long_one.smallest.lengths, (std::vector<std::int64_t>{3, 3}));
}

TEST(ShrinkCandidates, stay_few_for_a_big_batch) {
  AttentionCase origin{.lengths = std::vector<std::int64_t>(100000, 1)};
  origin.lengths.back() = 2;
  int count = 0;
  auto candidates = shrink_candidates(origin);
  while (candidates.next()) ++count;
  EXPECT_LT(count, 1500);
}

TEST(Shrinking, an_always_failing_case_ends_at_the_simplest_one) {
  for (const AttentionCase& start : failing_cases([](const AttentionCase&) { return true; }, 20)) {
    const Shrunk shrunk = shrink(start, [](const AttentionCase&) { return true; });
    EXPECT_EQ(shrunk.smallest, minimal(start, {1}));
    EXPECT_EQ(shrunk.runs, 1);
  }
}

// The bounds on runs and steps are about one and a half times the worst seen: room for a changed order, none for a
// quadratic one (RapidCheck's own container shrinking takes 31,981 runs for the batch of forty).
TEST(Shrinking, a_batch_of_forty_is_reached_from_256_in_few_runs) {
  AttentionCase start = nth_case({}, 1, 100);
  start.lengths.clear();
  for (std::int64_t i = 0; i < 256; ++i) start.lengths.push_back(1 + (i * 37) % 101);
  start.mask = MaskKind::padding;
  const Shrunk shrunk = shrink(start, [](const AttentionCase& c) { return c.batch_size() >= 40; });
  EXPECT_EQ(shrunk.smallest, minimal(start, std::vector<std::int64_t>(40, 1)));
  EXPECT_LT(shrunk.runs, 200);
}

TEST(Shrinking, a_length_of_two_anywhere_is_reached_at_once) {
  expect_shrinks_to("heads=1 head_dim=1 lengths=2", {6, 2},
                    [](const AttentionCase& c) { return any_length(c, [](std::int64_t l) { return l >= 2; }); });
}

TEST(Shrinking, two_sequences_end_at_two_of_one_token) {
  expect_shrinks_to("heads=1 head_dim=1 lengths=1,1", {16, 2},
                    [](const AttentionCase& c) { return c.batch_size() >= 2; });
}

TEST(Shrinking, an_empty_sequence_next_to_a_longer_one_ends_at_two_sequences) {
  expect_shrinks_to("heads=1 head_dim=1 lengths=0,2", {40, 2}, [](const AttentionCase& c) {
    return any_length(c, [](std::int64_t l) { return l == 0; }) && any_length(c, [](std::int64_t l) { return l >= 2; });
  });
}

TEST(Shrinking, an_empty_sequence_that_does_not_matter_is_removed) {
  const auto fails = [](const AttentionCase& c) { return c.batch_size() >= 3; };
  const AttentionCase start{.lengths = {0, 5, 0, 9, 0}};
  EXPECT_EQ(shrink(start, fails).smallest, minimal(start, {1, 1, 1}));
}

TEST(Shrinking, an_empty_batch_stays_empty_only_where_it_must_be) {
  const AttentionCase start = parse_line("dtype=fp32 heads=8 head_dim=64 lengths=none mask=4d extra_padding=5 seed=3");
  EXPECT_EQ(shrink(start, [](const AttentionCase& c) { return c.batch_size() == 0; }).smallest, minimal(start, {}));
  EXPECT_EQ(shrink(start, [](const AttentionCase&) { return true; }).smallest, minimal(start, {1}));
}

TEST(Shrinking, one_past_a_tile_of_32_ends_at_a_single_33) {
  expect_shrinks_to("heads=1 head_dim=1 lengths=33", {50, 2}, [](const AttentionCase& c) {
    return any_length(c, [](std::int64_t l) { return l > 1 && l % 32 == 1; });
  });
}

TEST(Shrinking, half_a_tile_of_128_ends_at_a_single_64) {
  expect_shrinks_to("heads=1 head_dim=1 lengths=64", {50, 2},
                    [](const AttentionCase& c) { return any_length(c, [](std::int64_t l) { return l % 128 == 64; }); });
}

TEST(Shrinking, two_different_lengths_end_at_one_and_two) {
  expect_shrinks_to("heads=1 head_dim=1 lengths=1,2", {20, 2}, [](const AttentionCase& c) {
    return std::set<std::int64_t>(c.lengths.begin(), c.lengths.end()).size() >= 2;
  });
}

TEST(Shrinking, keeps_the_one_switch_that_the_failure_needs) {
  expect_shrinks_to("heads=1 head_dim=1 lengths=1 layout=sliced", {50, 6},
                    [](const AttentionCase& c) { return c.layout == StorageLayout::sliced; });
  expect_shrinks_to("heads=1 head_dim=1 lengths=2 nested=gaps", {50, 6},
                    [](const AttentionCase& c) { return c.nested == NestedForm::gaps && c.max_length() >= 2; });
  expect_shrinks_to("heads=1 head_dim=1 lengths=1 values=large", {50, 6},
                    [](const AttentionCase& c) { return c.values == ValueProfile::large; });
  expect_shrinks_to("heads=1 head_dim=1 lengths=1 storage_offset=1", {50, 6},
                    [](const AttentionCase& c) { return c.storage_offset != 0; });
  expect_shrinks_to("heads=1 head_dim=1 lengths=1 parameter_offset=2", {50, 6},
                    [](const AttentionCase& c) { return c.parameter_offset >= 2; });
  expect_shrinks_to("heads=1 head_dim=1 lengths=3 mask=causal", {50, 6},
                    [](const AttentionCase& c) { return c.mask == MaskKind::causal && c.max_length() >= 3; });
  expect_shrinks_to("heads=1 head_dim=1 lengths=2,2 mask=2d", {60, 6}, [](const AttentionCase& c) {
    return c.mask == MaskKind::two_d && c.batch_size() >= 2 && c.max_length() >= 2;
  });
}

TEST(Shrinking, keeps_two_switches_that_the_failure_needs_together) {
  expect_shrinks_to("heads=1 head_dim=1 lengths=2 nested=list storage_offset=1", {80, 15}, [](const AttentionCase& c) {
    return c.storage_offset != 0 && c.nested == NestedForm::list && c.max_length() >= 2;
  });
}

TEST(Shrinking, keeps_odd_heads_with_a_padding_mask) {
  expect_shrinks_to("heads=3 head_dim=1 lengths=1,2", {80, 8}, [](const AttentionCase& c) {
    return c.num_heads % 2 == 1 && c.num_heads > 1 && c.mask == MaskKind::padding &&
           c.total_tokens() < c.batch_size() * c.max_length();
  });
}

TEST(Shrinking, keeps_an_awkward_head_dim) {
  expect_shrinks_to("heads=1 head_dim=1 lengths=1", {4, 2}, [](const AttentionCase& c) { return c.head_dim % 8 != 0; });
  expect_shrinks_to("heads=1 head_dim=12 lengths=2", {60, 8}, [](const AttentionCase& c) {
    return c.head_dim > 8 && c.head_dim % 8 != 0 && c.max_length() >= 2;
  });
}

TEST(Shrinking, keeps_heads_that_the_failure_needs) {
  expect_shrinks_to("heads=2 head_dim=1 lengths=1,1", {60, 8},
                    [](const AttentionCase& c) { return c.num_heads >= 2 && c.batch_size() >= 2; });
}

TEST(Shrinking, keeps_the_shape_that_the_failure_needs) {
  const auto fails = [](const AttentionCase& c) {
    return c.num_heads % 2 == 1 && c.num_heads > 1 && c.head_dim % 8 == 0 && c.head_dim > 64 && c.extra_padding >= 3 &&
           c.need_weights && c.padding_content > 0;
  };
  const AttentionCase start = parse_line(
      "dtype=fp16 heads=3 head_dim=128 lengths=7,19,3,64x7 extra_padding=9 padding_content=1024 need_weights=1 seed=5");
  EXPECT_EQ(to_line(shrink(start, fails).smallest),
            "dtype=fp16 heads=3 head_dim=72 lengths=1 extra_padding=3 padding_content=1024 need_weights=1");
}

TEST(Shrinking, keeps_the_data_seed_where_the_failure_needs_it) {
  const AttentionCase start{.num_heads = 4, .head_dim = 16, .lengths = {9, 8, 7}, .seed = 77};
  const Shrunk shrunk = shrink(start, [](const AttentionCase& c) { return c.seed == 77 && c.total_tokens() >= 4; });
  EXPECT_EQ(shrunk.smallest, (AttentionCase{.num_heads = 1, .head_dim = 1, .lengths = {4}, .seed = 77}));
}

}  // namespace
}  // namespace attngate

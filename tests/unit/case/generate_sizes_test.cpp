#include "attngate/case/generate_sizes.h"

#include <cstdint>
#include <map>

#include <gtest/gtest.h>

namespace attngate {
namespace {

TEST(DrawKind, is_mostly_ordinary_and_never_costly_in_the_lower_half_of_the_sizes) {
  rc::Random random(1);
  std::map<CaseKind, int> small, large;
  for (int i = 0; i < 20000; ++i) {
    ++small[draw_kind(random, 50)];
    ++large[draw_kind(random, 51)];
  }
  EXPECT_EQ(small[CaseKind::huge_batch] + small[CaseKind::long_sequence], 0);
  // Expected 40, 100 and 400; five standard deviations of a Poisson count.
  EXPECT_NEAR(small[CaseKind::empty_batch], 40, 5 * 6.4);
  EXPECT_NEAR(large[CaseKind::empty_batch], 40, 5 * 6.4);
  EXPECT_NEAR(large[CaseKind::huge_batch], 100, 5 * 10);
  EXPECT_NEAR(large[CaseKind::long_sequence], 400, 5 * 20);
}

TEST(DrawSizes, give_equal_lengths_to_masks_and_layouts_that_need_them) {
  for (const CaseKind kind : {CaseKind::ordinary, CaseKind::huge_batch, CaseKind::long_sequence}) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      rc::Random random(seed);
      AttentionCase c;
      const bool masked = seed % 2 == 0;
      c.mask = masked ? MaskKind::two_d : MaskKind::padding;
      c.layout = masked ? StorageLayout::packed : StorageLayout::expanded;
      EXPECT_EQ(draw_sizes(random, kind, gpu_limit(), 100, c), LengthFamily::all_equal);
      EXPECT_NO_THROW(validate(c));
    }
  }
}

TEST(DrawSizes, draw_what_the_kind_says) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    rc::Random random(seed);
    AttentionCase c;
    draw_sizes(random, CaseKind::empty_batch, gpu_limit(), 100, c);
    EXPECT_EQ(c.batch_size(), 0);
    draw_sizes(random, CaseKind::huge_batch, gpu_limit(), 100, c);
    EXPECT_GE(c.batch_size(), 4096);
    EXPECT_LE(c.max_length(), 3);
    draw_sizes(random, CaseKind::huge_batch, {.max_sequences = 1000}, 100, c);
    EXPECT_EQ(c.batch_size(), 1000);
    draw_sizes(random, CaseKind::long_sequence, gpu_limit(), 100, c);
    EXPECT_GE(c.lengths.front(), 255);
  }
}

}  // namespace
}  // namespace attngate

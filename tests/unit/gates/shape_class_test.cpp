#include "attngate/gates/shape_class.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "attngate/case/text.h"

namespace attngate::test {
namespace {

double padded_share(const AttentionCase& attention_case) {
  return 1 - static_cast<double>(attention_case.total_tokens()) /
                 static_cast<double>(attention_case.batch_size() * attention_case.padded_length());
}

TEST(ShapeClassTest, without_padding_has_equal_lengths_and_no_mask) {
  const AttentionCase dense = case_of(shape_class("long"), 0, DType::bf16, 1);
  EXPECT_EQ(dense.mask, MaskKind::none);
  EXPECT_EQ(padded_share(dense), 0);
  EXPECT_EQ(dense.padded_length(), 512);
}

TEST(ShapeClassTest, has_the_share_of_padding_that_was_asked_for_and_one_longest_sequence) {
  for (const ShapeClass& shape : shape_classes()) {
    for (const double padding : {0.5, 0.9}) {
      const AttentionCase ragged = case_of(shape, padding, DType::fp16, 7);
      EXPECT_EQ(ragged.mask, MaskKind::padding);
      EXPECT_EQ(ragged.padded_length(), shape.max_length);
      // One sequence of full length takes padding / batch away; lengths are rounded down.
      EXPECT_NEAR(padded_share(ragged), padding, padding / static_cast<double>(shape.batch_size) + 0.02) << shape.name;
    }
  }
}

TEST(ShapeClassTest, gives_the_same_case_for_the_same_seed_and_another_for_another) {
  const ShapeClass& shape = shape_class("long");
  EXPECT_EQ(to_line(case_of(shape, 0.5, DType::bf16, 3)), to_line(case_of(shape, 0.5, DType::bf16, 3)));
  EXPECT_NE(case_of(shape, 0.5, DType::bf16, 3).lengths, case_of(shape, 0.5, DType::bf16, 4).lengths);
}

TEST(ShapeClassTest, that_does_not_exist_is_an_error) { EXPECT_THROW(shape_class("tiny"), std::invalid_argument); }

TEST(RandomShapeClassTest, stays_within_its_limits_and_varies) {
  std::set<std::int64_t> lengths;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const ShapeClass shape = random_shape_class(seed);
    const auto batch = static_cast<double>(shape.batch_size), length = static_cast<double>(shape.max_length);
    EXPECT_GE(shape.batch_size, 1);
    EXPECT_LE(batch * length, 0x1p17) << seed;
    EXPECT_LE(4 * batch * length * length * static_cast<double>(shape.num_heads * shape.head_dim), 0x1p37) << seed;
    EXPECT_TRUE(shape.max_length >= 64 && shape.max_length <= 2048) << seed;
    EXPECT_EQ(shape.head_dim % 32, 0) << seed;
    lengths.insert(shape.max_length);
  }
  EXPECT_GT(lengths.size(), 100u);
}

}  // namespace
}  // namespace attngate::test

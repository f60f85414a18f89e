#include <gtest/gtest.h>

#include "attngate/values/case_inputs.h"
#include "edited_case.h"
#include "tensors.h"

namespace attngate {
namespace {

const std::string masked_line = "dtype=fp32 heads=3 head_dim=4 lengths=40,1,64,7 extra_padding=3 seed=0x77";
const std::string equal_lengths = "dtype=fp32 heads=2 head_dim=4 lengths=50,50,50 seed=0x78";

Edit with_mask(MaskKind mask) {
  return [mask](AttentionCase& c) { c.mask = mask; };
}

/// Share of ones among the numbers.
double share(const std::vector<double>& mask) {
  double sum = 0;
  for (const double value : mask) sum += value;
  return sum / static_cast<double>(mask.size());
}

TEST(HoledMask, hides_padding_and_about_a_quarter_of_the_keys) {
  const CaseInputs inputs = edited_inputs(masked_line, [](AttentionCase& c) {
    c.mask = MaskKind::holes;
    c.lengths.assign(40, 50);
    c.lengths.back() = 53;
  });
  const at::Tensor mask = inputs.key_padding_mask();
  EXPECT_FALSE(inputs.attention_mask().defined());
  EXPECT_EQ(share(numbers(mask.narrow(0, 0, 39).narrow(1, 50, 6))), 1);
  // 2,000 draws of probability 1/4: standard deviation 0.01; the key that is kept takes 0.005 off.
  EXPECT_NEAR(share(numbers(mask.narrow(1, 0, 50))), 0.245, 0.04);
}

TEST(HoledMask, leaves_every_sequence_a_key_and_often_hides_the_first) {
  int first_hidden = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const CaseInputs inputs = edited_inputs(masked_line, [&](AttentionCase& c) {
      c.mask = MaskKind::holes;
      c.lengths = {1, 2, 0, 3};
      c.seed = seed;
    });
    const std::vector<double> mask = numbers(inputs.key_padding_mask());
    const std::size_t columns = 6;
    ASSERT_EQ(mask[0 * columns], 0) << seed;
    ASSERT_EQ(mask[1 * columns] * mask[1 * columns + 1], 0) << seed;
    for (std::size_t key = 0; key < columns; ++key) ASSERT_EQ(mask[2 * columns + key], 1) << seed;
    ASSERT_EQ(mask[3 * columns] * mask[3 * columns + 1] * mask[3 * columns + 2], 0) << seed;
    first_hidden += mask[3 * columns] != 0;
  }
  EXPECT_GT(first_hidden, 20);  // one in four, but for the seeds that keep key 0: one in six
}

TEST(HoledMask, is_the_same_whatever_the_padding_and_the_other_sequences) {
  const at::Tensor mask = edited_inputs(masked_line, with_mask(MaskKind::holes)).key_padding_mask();
  const at::Tensor other = edited_inputs(masked_line, [](AttentionCase& c) {
                             c.mask = MaskKind::holes;
                             c.extra_padding = 30;
                             c.lengths = {5, 1, 64};
                           }).key_padding_mask();
  EXPECT_TRUE(same_bytes(mask[2].narrow(0, 0, 64), other[2].narrow(0, 0, 64)));
}

TEST(TwoDimensionalMask, hides_a_quarter_but_not_the_diagonal) {
  const CaseInputs inputs = edited_inputs(equal_lengths, with_mask(MaskKind::two_d));
  EXPECT_FALSE(inputs.key_padding_mask().defined());
  const at::Tensor mask = inputs.attention_mask();
  ASSERT_EQ(mask.sizes(), at::IntArrayRef({50, 50}));
  ASSERT_EQ(mask.scalar_type(), at::kBool);
  EXPECT_EQ(share(numbers(mask.diagonal())), 0);
  EXPECT_NEAR(share(numbers(mask)), 0.245, 0.04);
}

TEST(TwoDimensionalMask, hides_extra_padding_and_shows_its_queries_the_first_key) {
  const at::Tensor bare = edited_inputs(equal_lengths, with_mask(MaskKind::two_d)).attention_mask();
  const at::Tensor padded = edited_inputs(equal_lengths, [](AttentionCase& c) {
                              c.mask = MaskKind::two_d;
                              c.extra_padding = 20;
                            }).attention_mask();
  EXPECT_TRUE(same_bytes(padded.narrow(0, 0, 50).narrow(1, 0, 50), bare));
  EXPECT_EQ(share(numbers(padded.narrow(1, 50, 20))), 1);
  EXPECT_EQ(share(numbers(padded.narrow(0, 50, 20).narrow(1, 0, 1))), 0);
  EXPECT_EQ(share(numbers(padded.narrow(0, 50, 20).narrow(1, 1, 69))), 1);
}

TEST(FourDimensionalMask, is_another_one_for_every_sequence_and_head) {
  const at::Tensor mask = edited_inputs(equal_lengths, with_mask(MaskKind::four_d)).attention_mask();
  ASSERT_EQ(mask.sizes(), at::IntArrayRef({3, 2, 50, 50}));
  EXPECT_NEAR(share(numbers(mask)), 0.245, 0.02);
  EXPECT_FALSE(same_bytes(mask[0][0], mask[0][1]));
  EXPECT_FALSE(same_bytes(mask[0][0], mask[1][0]));
  EXPECT_FALSE(same_bytes(mask[0][1], mask[1][0]));
}

TEST(FourDimensionalMask, hides_padding_and_leaves_every_query_a_key) {
  const CaseInputs inputs = edited_inputs(masked_line, [](AttentionCase& c) {
    c.mask = MaskKind::four_d;
    c.lengths = {4, 0, 9};
  });
  const std::vector<double> mask = numbers(inputs.attention_mask());
  std::size_t index = 0;
  for (const std::int64_t length : inputs.attention_case().lengths) {
    for (std::int64_t head = 0; head < 3; ++head) {
      for (std::int64_t query = 0; query < 12; ++query) {
        int seen = 0;
        for (std::int64_t key = 0; key < 12; ++key, ++index) {
          if (mask[index] != 0) continue;
          ++seen;
          ASSERT_TRUE(query < length ? key < length : key == 0) << "query " << query << ", key " << key;
        }
        ASSERT_GE(seen, 1);
        if (query < length) {
          ASSERT_EQ(mask[index - 12 + static_cast<std::size_t>(query)], 0);
        }
      }
    }
  }
}

TEST(CausalMask, hides_the_keys_behind_the_query) {
  const CaseInputs inputs = edited_inputs(masked_line, with_mask(MaskKind::causal));
  EXPECT_FALSE(inputs.key_padding_mask().defined());
  const std::vector<double> mask = numbers(inputs.attention_mask());
  ASSERT_EQ(mask.size(), 67u * 67u);
  for (std::size_t i = 0; i < mask.size(); ++i) ASSERT_EQ(mask[i] != 0, i % 67 > i / 67);
}

TEST(Masks, are_the_same_bytes_as_on_the_host) {
  for (const MaskKind mask : {MaskKind::padding, MaskKind::holes, MaskKind::four_d, MaskKind::causal}) {
    const AttentionCase attention_case = edited_case(masked_line, with_mask(mask));
    const CaseInputs here(attention_case, device_under_test()), host(attention_case, at::kCPU);
    EXPECT_EQ(hash_of_inputs(here), hash_of_inputs(host)) << to_string(mask);
    const bool by_key = here.key_padding_mask().defined();
    EXPECT_TRUE(by_key ? same_bytes(here.key_padding_mask(), host.key_padding_mask())
                       : same_bytes(here.attention_mask(), host.attention_mask()))
        << to_string(mask);
  }
}

TEST(InputHash, covers_random_masks) {
  const std::uint64_t plain = hash_of_inputs(inputs_of(equal_lengths));
  for (const MaskKind mask : {MaskKind::holes, MaskKind::two_d, MaskKind::four_d}) {
    EXPECT_NE(hash_of_inputs(edited_inputs(equal_lengths, with_mask(mask))), plain) << to_string(mask);
  }
}

}  // namespace
}  // namespace attngate

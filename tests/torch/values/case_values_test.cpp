#include "attngate/values/case_values.h"

#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace attngate {
namespace {

void expect_block(const PhiloxBlock& block, std::uint32_t w0, std::uint32_t w1, std::uint32_t w2, std::uint32_t w3) {
  EXPECT_EQ(block.word[0], w0);
  EXPECT_EQ(block.word[1], w1);
  EXPECT_EQ(block.word[2], w2);
  EXPECT_EQ(block.word[3], w3);
}

// Known answers: philox4x32 10 in tests/kat_vectors of Random123 (D. E. Shaw Research).
TEST(Philox, gives_the_known_answer_for_zeros) {
  expect_block(philox4x32_10({{0, 0, 0, 0}}, 0), 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
}

TEST(Philox, gives_the_known_answer_for_all_ones) {
  constexpr std::uint32_t ones = 0xffffffff;
  expect_block(philox4x32_10({{ones, ones, ones, ones}}, ~std::uint64_t{0}), 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
               0x6d5451fd);
}

TEST(Philox, gives_the_known_answer_for_the_digits_of_pi) {
  expect_block(philox4x32_10({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0x299f31d0a4093822), 0xd16cfe09,
               0x94fdcceb, 0x5001e420, 0x24126ea1);
}

TEST(ValueBlock, changes_with_every_part_of_its_key) {
  const auto word = [](std::uint64_t seed, TensorKey tensor, std::uint32_t sequence, std::uint32_t token,
                       std::uint32_t block) { return value_block(seed, tensor, sequence, token, block).word[0]; };
  std::set<std::uint32_t> words = {word(1, TensorKey::tokens, 2, 3, 4),          word(2, TensorKey::tokens, 2, 3, 4),
                                   word(1ull << 32, TensorKey::tokens, 2, 3, 4), word(1, TensorKey::padding, 2, 3, 4),
                                   word(1, TensorKey::tokens, 3, 3, 4),          word(1, TensorKey::tokens, 2, 4, 4),
                                   word(1, TensorKey::tokens, 2, 3, 5),          word(1, TensorKey::tokens, 3, 2, 4)};
  EXPECT_EQ(words.size(), 8u);
}

TEST(OddInteger, maps_the_bytes_of_every_lane_onto_the_odd_numbers_from_minus_255_to_255) {
  for (int lane = 0; lane < channels_per_block; ++lane) {
    std::set<int> seen;
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      PhiloxBlock block{{0x5a5a5a5a, 0x5a5a5a5a, 0x5a5a5a5a, 0x5a5a5a5a}};
      const int shift = 8 * (lane % 4);
      block.word[lane / 4] = (block.word[lane / 4] & ~(0xffu << shift)) | (byte << shift);
      seen.insert(odd_integer(block, lane));
    }
    ASSERT_EQ(seen.size(), 256u) << "lane " << lane;
    for (const int value : seen) ASSERT_TRUE(value % 2 != 0 && value >= -255 && value <= 255) << value;
  }
}

TEST(OddInteger, is_spread_evenly_over_its_range) {
  constexpr std::uint32_t blocks = 4096;
  std::vector<int> counts(511, 0);
  double sum = 0, squares = 0;
  for (std::uint32_t index = 0; index < blocks; ++index) {
    const PhiloxBlock block = value_block(7, TensorKey::tokens, 0, index, 0);
    for (int lane = 0; lane < channels_per_block; ++lane) {
      const int value = odd_integer(block, lane);
      ++counts[static_cast<std::size_t>(value + 255)];
      sum += value;
      squares += static_cast<double>(value) * value;
    }
  }
  constexpr double draws = blocks * channels_per_block;
  // 256 draws of each value are expected, standard deviation 16.
  for (std::size_t i = 0; i < counts.size(); i += 2) EXPECT_NEAR(counts[i], 256, 6 * 16) << static_cast<int>(i) - 255;
  EXPECT_NEAR(sum / draws, 0, 4 * 147.8 / std::sqrt(draws));
  EXPECT_NEAR(std::sqrt(squares / draws), 147.8, 1.5);
}

TEST(RandomSign, is_plus_or_minus_one_about_equally_often) {
  int sum = 0;
  for (std::uint32_t token = 0; token < 1024; ++token) {
    const PhiloxBlock block = value_block(7, TensorKey::padding, 0, token, 0);
    for (int lane = 0; lane < channels_per_block; ++lane) {
      const int sign = random_sign(block, lane);
      ASSERT_EQ(std::abs(sign), 1);
      sum += sign;
    }
  }
  EXPECT_LT(std::abs(sum), 4 * 128);
}

TEST(Values, are_exact_in_every_dtype) {
  std::vector<float> scales = {token_scale, bias_scale};
  for (std::int64_t embed_dim = 1; embed_dim <= 1024 * 1024; embed_dim *= 2) {
    scales.push_back(weight_scale(embed_dim));
    scales.push_back(weight_scale(2 * embed_dim - 1));
  }
  for (const float scale : scales) {
    for (int odd = -255; odd <= 255; odd += 2) {
      const float value = static_cast<float>(odd) * scale;
      ASSERT_EQ(static_cast<float>(c10::Half(value)), value);
      ASSERT_EQ(static_cast<float>(c10::BFloat16(value)), value);
      ASSERT_EQ(static_cast<double>(value), odd * static_cast<double>(scale));
    }
  }
}

TEST(WeightScale, is_a_power_of_two) {
  for (std::int64_t embed_dim = 1; embed_dim < 5000; ++embed_dim) {
    int exponent = 0;
    ASSERT_EQ(std::frexp(weight_scale(embed_dim), &exponent), 0.5f) << embed_dim;
  }
}

TEST(WeightScale, keeps_the_standard_deviation_of_projections_between_0_point_94_and_1_point_9) {
  const double odd_deviation = std::sqrt((256.0 * 256.0 - 1) / 3);
  for (std::int64_t embed_dim = 1; embed_dim <= 1024 * 1024; embed_dim += 1 + embed_dim / 64) {
    const double deviation = std::sqrt(static_cast<double>(embed_dim)) * odd_deviation * token_scale * odd_deviation *
                             weight_scale(embed_dim);
    ASSERT_GE(deviation, 0.94) << embed_dim;
    ASSERT_LE(deviation, 1.9) << embed_dim;
  }
}

}  // namespace
}  // namespace attngate

#include <cstdint>

#include "attngate/case/lengths.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <gtest/gtest.h>

namespace attngate {
namespace {

struct Moments {
  double mean = 0;
  double variance = 0;
};

template <typename Draw>
Moments moments(const Draw& draw, int count = 40000) {
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < count; ++i) {
    const double value = draw();
    sum += value;
    squares += value * value;
  }
  const double mean = sum / count;
  return {.mean = mean, .variance = squares / count - mean * mean};
}

double mean_of(const Lengths& lengths) {
  return std::accumulate(lengths.begin(), lengths.end(), 0.0) / static_cast<double>(lengths.size());
}

Lengths draw_family(LengthFamily family, std::uint64_t seed, std::int64_t batch_size, std::int64_t longest) {
  rc::Random random(seed);
  switch (family) {
    case LengthFamily::all_equal:
      return all_equal_lengths(batch_size, longest);
    case LengthFamily::uniform:
      return uniform_lengths(random, batch_size, longest);
    case LengthFamily::beta:
      return beta_lengths(random, batch_size, longest, 1, 0.65, 8);
    case LengthFamily::gaussian_padding:
      return gaussian_padding_lengths(random, batch_size, longest, 0.9);
    case LengthFamily::power_law:
      return power_law_lengths(random, batch_size, longest);
    case LengthFamily::one_long_many_short:
      return one_long_many_short_lengths(random, batch_size, longest);
    case LengthFamily::with_length_one:
      return with_length_one_lengths(random, batch_size, longest);
    case LengthFamily::with_length_zero:
      return with_length_zero_lengths(random, batch_size, longest);
  }
  return {};
}

constexpr LengthFamily families[] = {
    LengthFamily::all_equal,        LengthFamily::uniform,         LengthFamily::beta,
    LengthFamily::gaussian_padding, LengthFamily::power_law,       LengthFamily::one_long_many_short,
    LengthFamily::with_length_one,  LengthFamily::with_length_zero};

TEST(LengthFamilies, give_the_batch_size_and_lengths_from_one_to_the_longest) {
  for (const LengthFamily family : families) {
    const std::int64_t shortest = family == LengthFamily::with_length_zero ? 0 : 1;
    for (const std::int64_t longest : {1, 2, 3, 7, 8, 9, 300}) {
      for (const std::int64_t batch_size : {1, 2, 77}) {
        const Lengths lengths = draw_family(family, 11, batch_size, longest);
        ASSERT_EQ(static_cast<std::int64_t>(lengths.size()), batch_size) << to_string(family);
        EXPECT_GE(*std::min_element(lengths.begin(), lengths.end()), shortest) << to_string(family) << longest;
        EXPECT_LE(*std::max_element(lengths.begin(), lengths.end()), longest) << to_string(family) << longest;
      }
    }
  }
}

TEST(LengthFamilies, repeat_for_the_same_seed_and_differ_for_another) {
  for (const LengthFamily family : families) {
    EXPECT_EQ(draw_family(family, 1, 64, 300), draw_family(family, 1, 64, 300));
    if (family != LengthFamily::all_equal) {
      EXPECT_NE(draw_family(family, 1, 64, 300), draw_family(family, 2, 64, 300)) << to_string(family);
    }
  }
}

TEST(LengthFamilies, refuse_an_empty_batch_and_an_empty_sequence) {
  for (const LengthFamily family : families) {
    EXPECT_THROW(draw_family(family, 1, 0, 5), std::invalid_argument) << to_string(family);
    EXPECT_THROW(draw_family(family, 1, 5, 0), std::invalid_argument) << to_string(family);
  }
}

TEST(UniformLengths, have_the_mean_of_a_die) {
  rc::Random random(5);
  // Standard error of the mean: 99 / sqrt(12 * 40000) = 0.14; the bound is 5 of them.
  EXPECT_NEAR(mean_of(uniform_lengths(random, 40000, 99)), 50.0, 0.72);
}

TEST(BetaLengths, fill_whole_blocks_and_one_row) {
  const Lengths lengths = draw_family(LengthFamily::beta, 9, 100, 300);
  // 300 is no multiple of the block of 8: only the full row and rows cut to the longest have it.
  EXPECT_GE(std::count(lengths.begin(), lengths.end(), 300), 1);
  EXPECT_TRUE(std::all_of(lengths.begin(), lengths.end(), [](std::int64_t l) { return l % 8 == 0 || l == 300; }));
}

TEST(BetaLengths, have_the_mean_of_the_benchmarks_formula) {
  rc::Random random(6);
  // Beta(1, 1) is uniform: floor(u * 513 / 2) * 2, at least 2: 0 and 1 become one block; mean of 2 * floor(256.5 u).
  // E floor(256.5 u) = (sum of 0..255 + 256 * 0.5) / 256.5 = 127.75; blocks of 0 become 1: + 1 / 256.5.
  const double mean = 2 * (127.75 + 1 / 256.5);
  // Standard error 512 / sqrt(12 * 40000) = 0.74.
  EXPECT_NEAR(mean_of(beta_lengths(random, 40000, 512, 1, 1, 2)), mean, 3.7);
}

TEST(GaussianPaddingLengths, leave_the_fraction_as_padding) {
  rc::Random random(7);
  const Lengths lengths = gaussian_padding_lengths(random, 40000, 1000, 0.9);
  // 1000 * (1 - 0.9) = 100, rounded down: 99.5; sigma 10, standard error 0.05. The full row adds 900 / 40000 = 0.02.
  EXPECT_NEAR(mean_of(lengths), 99.52, 0.25);
  EXPECT_EQ(std::count(lengths.begin(), lengths.end(), 1000), 1);
}

TEST(PowerLawLengths, have_the_tail_of_their_formula) {
  rc::Random random(8);
  constexpr std::int64_t count = 40000;
  constexpr double longest = 1000;
  const Lengths lengths = power_law_lengths(random, count, 1000);
  for (const std::int64_t least : {2, 3, 10, 100, 1000}) {
    const double expected = ((longest + 1) / static_cast<double>(least) - 1) / longest;
    const double error = std::sqrt(expected * (1 - expected) / count);
    const auto longer = std::count_if(lengths.begin(), lengths.end(), [&](std::int64_t l) { return l >= least; });
    EXPECT_NEAR(static_cast<double>(longer) / count, expected, 5 * error + 1.0 / count) << least;
  }
}

TEST(PowerLawLengths, refuse_lengths_that_their_integers_cannot_hold) {
  rc::Random random(8);
  EXPECT_NO_THROW(power_law_lengths(random, 100, (std::int64_t{1} << 21) - 1));
  EXPECT_THROW(power_law_lengths(random, 1, std::int64_t{1} << 21), std::invalid_argument);
}

TEST(OneLongManyShortLengths, have_one_full_row_and_the_rest_below_an_eighth) {
  const Lengths lengths = draw_family(LengthFamily::one_long_many_short, 8, 50, 300);
  EXPECT_EQ(std::count(lengths.begin(), lengths.end(), 300), 1);
  EXPECT_EQ(std::count_if(lengths.begin(), lengths.end(), [](std::int64_t l) { return l <= 37; }), 49);
}

TEST(WithLengthOneLengths, have_a_length_one_that_uniform_lengths_would_rarely_have) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Lengths lengths = draw_family(LengthFamily::with_length_one, seed, 3, 100000);
    EXPECT_EQ(std::count(lengths.begin(), lengths.end(), 1), 1);
  }
}

TEST(WithLengthZeroLengths, have_one_empty_sequence_in_half_of_the_batches_and_several_in_the_others) {
  std::int64_t one = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Lengths lengths = draw_family(LengthFamily::with_length_zero, seed, 40, 1000);
    const auto empty = std::count(lengths.begin(), lengths.end(), 0);
    EXPECT_GE(empty, 1);
    EXPECT_LT(empty, 30);
    one += empty == 1 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(one), 200, 5 * 10);  // sqrt(400 / 4) = 10
}

TEST(DrawBeta, has_the_moments_of_the_beta_distribution) {
  rc::Random random(3);
  for (const double a : {1.0, 0.5, 2.5}) {
    for (const double b : {0.05, 0.65, 1.0, 3.05, 4.0}) {
      const Moments drawn = moments([&] { return draw_beta(random, a, b); });
      const double mean = a / (a + b);
      const double variance = a * b / ((a + b) * (a + b) * (a + b + 1));
      EXPECT_NEAR(drawn.mean, mean, 5 * std::sqrt(variance / 40000)) << a << " " << b;
      // The variance of a sample variance is at most (range / 2)^2 * variance / n for values in [0, 1].
      EXPECT_NEAR(drawn.variance, variance, 5 * std::sqrt(0.25 * variance / 40000)) << a << " " << b;
    }
  }
}

TEST(DrawBeta, refuses_parameters_that_it_cannot_draw_in_time) {
  rc::Random random(3);
  EXPECT_THROW(draw_beta(random, 0, 1), std::invalid_argument);
  EXPECT_THROW(draw_beta(random, 1, 4.5), std::invalid_argument);
  EXPECT_THROW(draw_beta(random, std::nan(""), 1), std::invalid_argument);
}

TEST(DrawGaussian, has_mean_zero_and_variance_one) {
  rc::Random random(4);
  const Moments drawn = moments([&] { return draw_gaussian(random); });
  EXPECT_NEAR(drawn.mean, 0, 5 / std::sqrt(40000));
  // Kurtosis of the sum of 12 uniforms: 2.9; standard error of the variance sqrt(1.9 / 40000).
  EXPECT_NEAR(drawn.variance, 1, 5 * std::sqrt(1.9 / 40000));
}

TEST(ReproduciblePower, agrees_with_pow) {
  for (const double base : {1.0, 0.999, 0.5, 0.013, 0x1p-53}) {
    for (const double exponent : {0.0, 0.25, 1.0 / 3.05, 1.0, 1.5, 2.0, 10.0 / 3.0, 20.0}) {
      // 2^-32 of the exponent is cut: relative error up to 53 * ln 2 * 2^-32 = 9e-9.
      const double expected = std::pow(base, exponent);
      EXPECT_NEAR(reproducible_power(base, exponent), expected, 1e-8 * expected) << base << "^" << exponent;
    }
  }
}

TEST(ReproduciblePower, refuses_what_its_fixed_point_cannot_hold) {
  EXPECT_THROW(reproducible_power(0.5, 128), std::invalid_argument);
  EXPECT_THROW(reproducible_power(0.5, -1), std::invalid_argument);
  EXPECT_THROW(reproducible_power(0, 1), std::invalid_argument);
  EXPECT_THROW(reproducible_power(1.5, 1), std::invalid_argument);
}

}  // namespace
}  // namespace attngate

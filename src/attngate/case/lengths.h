#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <rapidcheck/Random.h>

namespace attngate {

/// Lengths of the sequences of a batch, in tokens.
using Lengths = std::vector<std::int64_t>;

/// The ways in which a batch can be ragged; each has a function below.
enum class LengthFamily {
  all_equal,
  uniform,
  beta,
  gaussian_padding,
  power_law,
  one_long_many_short,
  with_length_one,
  with_length_zero
};

/// "all_equal", "uniform", "beta", ...
std::string to_string(LengthFamily family);

// Every function takes a batch size and a longest length of at least 1, returns batch_size lengths from 1 to longest
// (with_length_zero: from 0), and throws std::invalid_argument otherwise. The same random state gives the same lengths
// on every machine, compiler and math library: only integers, + - * / and sqrt are used, which IEEE 754 defines to the
// last bit.

/// Every sequence has the longest length: nothing is padded.
Lengths all_equal_lengths(std::int64_t batch_size, std::int64_t longest);

/// Each length is uniform from 1 to longest; the longest need not occur.
Lengths uniform_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest);

/// Lengths by Beta(a, b), rounded down to blocks, with one random full row; a and b from 0.01 to 4.
///
/// As in PyTorch's benchmarks/transformer/better_transformer_vs_mha_functional.py:
/// floor(beta * (longest + block_size - 1) / block_size) * block_size, at least block_size. That benchmark takes a = 1,
/// b = 0.05 to 3.05, block_size = 2. Lengths that the rounding lifts above longest are cut to it.
Lengths beta_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest, double a, double b,
                     std::int64_t block_size);

/// Lengths that leave about the given fraction of the batch as padding, with one random full row.
///
/// As in PyTorch's benchmarks/transformer/sdp.py: int(longest * (1 - gauss(fraction, 0.01))), cut to 1 .. longest.
/// That benchmark takes fraction = 0.9.
Lengths gaussian_padding_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest, double fraction);

/// Length l with a probability proportional to 1 / (l (l + 1)), about l^-2, and one random full row.
///
/// Half of the sequences have length 1, and one in k has k or more: what logs of requests look like.
Lengths power_law_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest);

/// One random full row among sequences of at most an eighth of it.
Lengths one_long_many_short_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest);

/// Uniform lengths, one of them replaced by 1: such a sequence sends a whole nested batch down another branch of the
/// fast path (docs of at::_native_multi_head_attention: every length must be 2 or more to be fused).
Lengths with_length_one_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest);

/// Uniform lengths, one of them replaced by 0, and in half of the batches about every fourth one: nested forms have no
/// row for such a sequence, padded forms nothing but padding (PyTorch issue 81077).
Lengths with_length_zero_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest);

/// One draw of Beta(a, b), in [0, 1]; a and b from 0.01 to 4, else std::invalid_argument.
double draw_beta(rc::Random& random, double a, double b);

/// One draw of a Gaussian with mean 0 and standard deviation 1, cut at 6 by its construction.
double draw_gaussian(rc::Random& random);

/// base^exponent for base in (0, 1] and exponent in [0, 128), the exponent cut to a multiple of 2^-32.
double reproducible_power(double base, double exponent);

}  // namespace attngate

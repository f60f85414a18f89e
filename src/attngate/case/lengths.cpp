#include "attngate/case/lengths.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "attngate/case/draw.h"

#ifdef __FAST_MATH__
#error "lengths.cpp must be compiled without -ffast-math: the same seed gives the same lengths on every machine"
#endif

namespace attngate {
namespace {

void require(bool condition, const char* message) {
  if (!condition) {
    throw std::invalid_argument(message);
  }
}

void require_batch(std::int64_t batch_size, std::int64_t longest) {
  require(batch_size >= 1 && longest >= 1, "a batch of lengths needs a batch size and a longest length of at least 1");
}

std::int64_t& random_row(rc::Random& random, Lengths& lengths) {
  return lengths[static_cast<std::size_t>(draw::below(random, lengths.size()))];
}

}  // namespace

std::string to_string(LengthFamily family) {
  switch (family) {
    case LengthFamily::all_equal:
      return "all_equal";
    case LengthFamily::uniform:
      return "uniform";
    case LengthFamily::beta:
      return "beta";
    case LengthFamily::gaussian_padding:
      return "gaussian_padding";
    case LengthFamily::power_law:
      return "power_law";
    case LengthFamily::one_long_many_short:
      return "one_long_many_short";
    case LengthFamily::with_length_one:
      return "with_length_one";
    case LengthFamily::with_length_zero:
      return "with_length_zero";
  }
  throw std::invalid_argument(fmt::format("no such length family: {}", static_cast<int>(family)));
}

Lengths all_equal_lengths(std::int64_t batch_size, std::int64_t longest) {
  require_batch(batch_size, longest);
  return Lengths(static_cast<std::size_t>(batch_size), longest);
}

Lengths uniform_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest) {
  Lengths lengths = all_equal_lengths(batch_size, longest);
  for (std::int64_t& length : lengths) {
    length = draw::between(random, 1, longest);
  }
  return lengths;
}

Lengths beta_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest, double a, double b,
                     std::int64_t block_size) {
  require(block_size >= 1, "beta lengths need a block size of at least 1");
  Lengths lengths = all_equal_lengths(batch_size, longest);
  for (std::int64_t& length : lengths) {
    const double scaled = draw_beta(random, a, b) * static_cast<double>(longest + block_size - 1);
    const auto blocks = static_cast<std::int64_t>(scaled / static_cast<double>(block_size));
    length = std::min(std::max(blocks, std::int64_t{1}) * block_size, longest);
  }
  random_row(random, lengths) = longest;
  return lengths;
}

Lengths gaussian_padding_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest, double fraction) {
  require(fraction >= 0 && fraction <= 1, "the fraction of padding must be 0 to 1");
  constexpr double sigma = 0.01;  // as sdp.py
  Lengths lengths = all_equal_lengths(batch_size, longest);
  for (std::int64_t& length : lengths) {
    const double deviation = sigma * draw_gaussian(random);
    const double kept = 1.0 - (fraction + deviation);
    length = std::clamp(static_cast<std::int64_t>(static_cast<double>(longest) * kept), std::int64_t{1}, longest);
  }
  random_row(random, lengths) = longest;
  return lengths;
}

Lengths power_law_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest) {
  // In integers: with r uniform in (0, 1], (longest + 1) / (1 + r longest) is at least k with the probability
  // ((longest + 1) / k - 1) / longest. 40 bits of r times 21 bits of a length stay inside 64.
  constexpr std::uint64_t one = std::uint64_t{1} << 40;
  require(longest < std::int64_t{1} << 21, "power-law lengths need a longest length below 2^21");
  Lengths lengths = all_equal_lengths(batch_size, longest);
  const auto most = static_cast<std::uint64_t>(longest);
  for (std::int64_t& length : lengths) {
    const std::uint64_t r = draw::below(random, one) + 1;
    length = static_cast<std::int64_t>(one * (most + 1) / (one + r * most));
  }
  random_row(random, lengths) = longest;
  return lengths;
}

Lengths one_long_many_short_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest) {
  require_batch(batch_size, longest);
  // An eighth: seven eighths and more of a big batch is padding, the case that nested tensors are for.
  Lengths lengths = uniform_lengths(random, batch_size, std::max(longest / 8, std::int64_t{1}));
  random_row(random, lengths) = longest;
  return lengths;
}

Lengths with_length_one_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest) {
  Lengths lengths = uniform_lengths(random, batch_size, longest);
  random_row(random, lengths) = 1;
  return lengths;
}

Lengths with_length_zero_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest) {
  Lengths lengths = uniform_lengths(random, batch_size, longest);
  const bool many = draw::one_in(random, 2);
  for (std::int64_t& length : lengths) {
    const bool empty = many && draw::one_in(random, 4);
    length = empty ? 0 : length;
  }
  random_row(random, lengths) = 0;
  return lengths;
}

double draw_beta(rc::Random& random, double a, double b) {
  // 0.01 keeps exponents at 100 or less; at a = b = 4 one pair in 70 is accepted, beyond that Joehnk's method crawls.
  require(a >= 0.01 && a <= 4 && b >= 0.01 && b <= 4, "Beta(a, b) needs a and b from 0.01 to 4");
  // Joehnk (1964): for uniform u, v take x = u^(1/a), y = v^(1/b); where x + y <= 1, x / (x + y) is Beta(a, b).
  while (true) {
    const double u = draw::unit(random);
    const double v = draw::unit(random);
    const double x = reproducible_power(u, 1.0 / a);
    const double y = reproducible_power(v, 1.0 / b);
    const double sum = x + y;
    if (sum > 0 && sum <= 1) {
      return x / sum;
    }
  }
}

double draw_gaussian(rc::Random& random) {
  // Irwin-Hall: 12 uniforms have the variance 12 / 12 = 1 and the mean 6. Their sum is taken in integers, exactly.
  constexpr std::uint64_t low_half = 0xffffffff;
  std::int64_t sum = 0;
  for (int pair = 0; pair < 6; ++pair) {
    const std::uint64_t bits = random.next();
    sum += static_cast<std::int64_t>(bits >> 32) + static_cast<std::int64_t>(bits & low_half);
  }
  // 12 uniform integers from 0 to 2^32 - 1 have the mean 6 * (2^32 - 1).
  const std::int64_t centred = sum - 6 * static_cast<std::int64_t>(low_half);
  return static_cast<double>(centred) * 0x1p-32;
}

double reproducible_power(double base, double exponent) {
  require(base > 0 && base <= 1 && exponent >= 0 && exponent < 128, "reproducible_power: argument out of range");
  auto fixed = static_cast<std::uint64_t>(exponent * 0x1p32);
  double result = 1.0;
  // Bits below the point, from 1/2 down: each takes one more square root.
  double root = base;
  for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit >>= 1) {
    if ((fixed & (2 * bit - 1)) == 0) {
      break;
    }
    root = std::sqrt(root);
    if ((fixed & bit) != 0) {
      result *= root;
    }
  }
  // Bits above the point: each takes one more square.
  double square = base;
  for (std::uint64_t whole = fixed >> 32; whole != 0; whole >>= 1) {
    if ((whole & 1) != 0) {
      result *= square;
    }
    square *= square;
  }
  return result;
}

}  // namespace attngate

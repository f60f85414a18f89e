#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <rapidcheck/Random.h>

/// Draws that give the same values on every machine: integers, and doubles that only use exact IEEE operations.
///
/// Take each draw in a statement of its own: compilers evaluate function arguments in different orders.
namespace attngate::draw {

/// 0 to count - 1. The remainder favours small values by at most count / 2^64, which no test can see.
inline std::uint64_t below(rc::Random& random, std::uint64_t count) { return random.next() % count; }

/// least to most, both included.
inline std::int64_t between(rc::Random& random, std::int64_t least, std::int64_t most) {
  return least + static_cast<std::int64_t>(below(random, static_cast<std::uint64_t>(most - least + 1)));
}

/// True once in count draws.
inline bool one_in(rc::Random& random, std::uint64_t count) { return below(random, count) == 0; }

/// One of the values, each as likely.
template <typename T>
T element(rc::Random& random, std::span<const T> values) {
  return values[static_cast<std::size_t>(below(random, values.size()))];
}

/// Multiple of 2^-53 in (0, 1]: never 0, so that powers of it stay positive.
inline double unit(rc::Random& random) { return static_cast<double>((random.next() >> 11) + 1) * 0x1p-53; }

}  // namespace attngate::draw

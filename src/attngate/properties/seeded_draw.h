#pragma once

#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "attngate/base/fnv.h"
#include "attngate/case/attention_case.h"
#include "attngate/values/philox.h"

namespace attngate {

/// The random choices that a property makes for a case: keyed by the case's seed and the property's name, so that a
/// replayed line makes the same choices on every machine.
class SeededDraw {
 public:
  /// `property` keeps the choices of one property apart from those of another.
  SeededDraw(const AttentionCase& attention_case, std::string_view property)
      : seed_(attention_case.seed), stream_(fnv1a_32(property)) {}

  /// 0 to count - 1; count is at most 2^32. The remainder favours small values by at most count / 2^32.
  std::int64_t below(std::int64_t count) {
    // The last word is none that names a tensor (case_values.h), so that choices and values are independent.
    const PhiloxBlock block = philox4x32_10({{drawn_++, 0, stream_, 0xd7a3u}}, seed_);
    return static_cast<std::int64_t>(block.word[0] % static_cast<std::uint64_t>(count));
  }

  /// One of the choices.
  template <typename Choices>
  const auto& one_of(const Choices& choices) {
    return choices[static_cast<std::size_t>(below(static_cast<std::int64_t>(choices.size())))];
  }

  /// 0 to count - 1 in random order (Fisher and Yates).
  std::vector<std::int64_t> permutation(std::int64_t count) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    for (std::int64_t i = count; i > 1; --i) {
      std::swap(order[static_cast<std::size_t>(i - 1)], order[static_cast<std::size_t>(below(i))]);
    }
    return order;
  }

 private:
  std::uint64_t seed_;
  std::uint32_t stream_;
  std::uint32_t drawn_ = 0;
};

}  // namespace attngate

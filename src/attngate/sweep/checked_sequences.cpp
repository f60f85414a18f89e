#include "attngate/sweep/checked_sequences.h"

#include <algorithm>
#include <numeric>

#include <rapidcheck/Random.h>

#include "attngate/case/cost.h"
#include "attngate/case/draw.h"

namespace attngate {
namespace {

/// How many sequences fit, as long as the longest: the reference pads.
double sequences_that_fit(const AttentionCase& attention_case, const ReferenceLimit& limit) {
  AttentionCase longest = attention_case;
  longest.lengths = {attention_case.max_length()};
  const Cost one = cost_of(longest);
  return std::min(limit.flops / one.flops, limit.bytes / one.bytes);
}

}  // namespace

std::vector<std::int64_t> sequences_to_check(const AttentionCase& attention_case, std::uint64_t seed,
                                             const ReferenceLimit& limit) {
  std::vector<std::int64_t> order(attention_case.lengths.size());
  std::iota(order.begin(), order.end(), 0);
  if (order.empty()) return order;
  const double fitting = sequences_that_fit(attention_case, limit);
  if (fitting >= static_cast<double>(order.size())) return order;
  const std::vector<std::int64_t>& lengths = attention_case.lengths;
  const std::size_t count = std::min(std::max<std::size_t>(static_cast<std::size_t>(fitting), 2), order.size());
  rc::Random random(seed);
  for (std::size_t i = order.size() - 1; i > 0; --i)
    std::swap(order[i], order[static_cast<std::size_t>(draw::below(random, i + 1))]);
  const auto length_of = [&](std::int64_t sequence) { return lengths[static_cast<std::size_t>(sequence)]; };
  std::iter_swap(order.begin(), std::ranges::max_element(order, {}, length_of));
  if (order.size() > 1)
    std::iter_swap(order.begin() + 1, std::ranges::min_element(order.begin() + 1, order.end(), {}, length_of));
  order.resize(count);
  std::ranges::sort(order);
  return order;
}

}  // namespace attngate

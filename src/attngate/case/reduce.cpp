#include "attngate/case/reduce.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "attngate/case/boundaries.h"

namespace attngate {
namespace {

/// The largest of the ascending values that is at most half of value, at least 1.
std::int64_t boundary_half(std::span<const std::int64_t> values, std::int64_t value) {
  const auto lower = part(values, 1, value / 2);
  return lower.empty() ? 1 : lower.back();
}

// Each halves one size and says whether there was anything to halve.

bool halve_batch(AttentionCase& c) {
  const std::size_t batch_size = c.lengths.size();
  c.lengths.resize((batch_size + 1) / 2);
  return batch_size > 1;
}

bool halve_lengths(AttentionCase& c) {
  const bool possible = c.max_length() > 1;
  for (std::int64_t& length : c.lengths) {
    length = length > 1 ? length / 2 : length;
  }
  return possible;
}

bool halve_num_heads(AttentionCase& c) {
  const bool possible = c.num_heads > 1;
  c.num_heads = boundary_half(boundary_num_heads(), c.num_heads);
  return possible;
}

bool halve_head_dim(AttentionCase& c) {
  const bool possible = c.head_dim > 1;
  c.head_dim = boundary_half(boundary_head_dims(), c.head_dim);
  return possible;
}

/// In the order of CaseSize.
constexpr std::array<bool (*)(AttentionCase&), 4> halvings{halve_batch, halve_lengths, halve_num_heads, halve_head_dim};

}  // namespace

void reduce_to(const CostLimit& limit, CaseSize spared, AttentionCase& attention_case) {
  // Steps that halved nothing in a row; a whole round of them without the spared size means that it must go too.
  std::size_t idle = 0;
  for (std::size_t turn = 0; !within(cost_of(attention_case), limit); ++turn) {
    const std::size_t which = turn % halvings.size();
    const bool allowed = which != static_cast<std::size_t>(spared) || idle >= halvings.size() - 1;
    const bool halved = allowed && halvings[which](attention_case);
    idle = halved ? 0 : idle + 1;
    if (idle > 2 * halvings.size()) {
      // Extra padding is the last thing that costs.
      if (attention_case.extra_padding == 0) {
        return;
      }
      attention_case.extra_padding /= 2;
      idle = 0;
    }
  }
}

}  // namespace attngate

#include "attngate/case/shrink.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include <rapidcheck/shrinkable/Create.h>

#include "attngate/case/boundaries.h"

namespace attngate {
namespace {

/// One way to make a case simpler, small enough to list thousands; apply() makes the case.
struct Step {
  enum Kind { drop, halve_lengths, cap_lengths, set_length, heads, head_dim, extra_padding, padding_content, weights,
              mask, seed };
  Kind kind;
  /// drop: first sequence; set_length: the sequence; cap_lengths and the rest: the new value.
  std::int64_t first = 0;
  /// drop: how many sequences; set_length: the new length.
  std::int64_t second = 0;
};

using Steps = std::vector<Step>;

void drop_sequences(const Step& step, std::vector<std::int64_t>& lengths) {
  lengths.erase(lengths.begin() + step.first, lengths.begin() + step.first + step.second);
}

AttentionCase apply(const Step& step, AttentionCase c) {
  switch (step.kind) {
    case Step::drop: drop_sequences(step, c.lengths); break;
    case Step::halve_lengths:
      for (std::int64_t& length : c.lengths) length = std::max(length / 2, std::int64_t{1});
      break;
    case Step::cap_lengths:
      for (std::int64_t& length : c.lengths) length = std::min(length, step.first);
      break;
    case Step::set_length: c.lengths[static_cast<std::size_t>(step.first)] = step.second; break;
    case Step::heads: c.num_heads = step.first; break;
    case Step::head_dim: c.head_dim = step.first; break;
    case Step::extra_padding: c.extra_padding = step.first; break;
    case Step::padding_content: c.padding_content = step.first; break;
    case Step::weights: c.need_weights = false; break;
    case Step::mask: c.mask = MaskKind::padding; break;
    case Step::seed: c.seed = 0; break;
  }
  return c;
}

/// Values below length, simplest first: 1, half, then length minus falling powers of two, which reach 33 from 97.
std::vector<std::int64_t> lower_lengths(std::int64_t length) {
  std::vector<std::int64_t> values;
  if (length > 1) {
    values = {1, length / 2};
  }
  std::int64_t power = 1;
  while (2 * power < length) {
    power *= 2;
  }
  for (; power > 0 && length > 1; power /= 2) {
    values.push_back(length - power);
  }
  return values;
}

/// Drops each of the blocks of block_size sequences that the batch falls into, the last one first.
void add_block_drops(std::int64_t batch_size, std::int64_t block_size, Steps& steps) {
  const std::int64_t blocks = (batch_size + block_size - 1) / block_size;
  for (std::int64_t block = blocks - 1; block >= 0; --block) {
    const std::int64_t first = block * block_size;
    steps.push_back({Step::drop, first, std::min(block_size, batch_size - first)});
  }
}

void add_coarse_length_steps(const AttentionCase& c, Steps& steps) {
  const std::int64_t batch_size = c.batch_size();
  if (batch_size > 1) {
    const std::int64_t half = (batch_size + 1) / 2;
    steps.push_back({Step::drop, half, batch_size - half});
    steps.push_back({Step::drop, 0, half});
    add_block_drops(batch_size, (batch_size + 3) / 4, steps);
  }
  // From either end by falling powers of two: an exact batch size is reached in log2(batch) successes.
  for (std::int64_t count = batch_size / 8; count > 0; count /= 2) {
    steps.push_back({Step::drop, batch_size - count, count});
    steps.push_back({Step::drop, 0, count});
  }
  steps.push_back({Step::cap_lengths, 1});
  steps.push_back({Step::halve_lengths});
}

void add_shape_steps(const AttentionCase& c, Steps& steps) {
  for (const std::int64_t value : part(boundary_num_heads(), 1, c.num_heads - 1)) {
    steps.push_back({Step::heads, value});
  }
  steps.push_back({Step::heads, c.num_heads - 1});
  // Powers of two, then the boundary values of the upper half: few steps, and 72 is still reached from 128.
  for (std::int64_t value = 1; value < c.head_dim; value *= 2) {
    steps.push_back({Step::head_dim, value});
  }
  for (const std::int64_t value : part(boundary_head_dims(), c.head_dim / 2 + 1, c.head_dim - 1)) {
    steps.push_back({Step::head_dim, value});
  }
}

void add_switch_steps(const AttentionCase& c, Steps& steps) {
  for (const std::int64_t value : {std::int64_t{0}, c.extra_padding / 2, c.extra_padding - 1}) {
    steps.push_back({Step::extra_padding, value});
  }
  steps.push_back({Step::padding_content, 0});
  steps.push_back({Step::weights});
  steps.push_back({Step::mask});
}

void add_fine_length_steps(const AttentionCase& c, Steps& steps) {
  // At most so many blocks or single sequences are tried one by one: bigger batches first lose blocks.
  constexpr std::int64_t most_blocks = 256;
  const std::int64_t batch_size = c.batch_size();
  for (std::int64_t block_size = batch_size / 8; block_size > 0 && batch_size / block_size <= most_blocks;
       block_size /= 2) {
    add_block_drops(batch_size, block_size, steps);
  }
  if (batch_size > 1 && batch_size < 8) {
    add_block_drops(batch_size, 1, steps);
  }
  for (const std::int64_t cap : lower_lengths(c.max_length())) {
    steps.push_back({Step::cap_lengths, cap});
  }
  for (std::int64_t sequence = 0; sequence < std::min(batch_size, most_blocks); ++sequence) {
    for (const std::int64_t value : lower_lengths(c.lengths[static_cast<std::size_t>(sequence)])) {
      steps.push_back({Step::set_length, sequence, value});
    }
  }
}

/// FNV-1a over the sizes that steps change; the rest of a candidate is the same as in its origin or a step of its own.
std::uint64_t fingerprint(const AttentionCase& c) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&hash](std::int64_t value) {
    hash = (hash ^ static_cast<std::uint64_t>(value)) * 0x100000001b3;
    hash ^= hash >> 32;
  };
  for (const std::int64_t value : {c.num_heads, c.head_dim, c.extra_padding, c.padding_content}) add(value);
  add(c.need_weights ? 1 : 0);
  add(c.mask == MaskKind::none ? 1 : 0);
  add(c.seed == 0 ? 1 : 0);
  for (const std::int64_t length : c.lengths) add(length);
  return hash;
}

bool is_valid(const AttentionCase& c) {
  try {
    validate(c);
    return true;
  } catch (const CaseError&) {
    return false;
  }
}

/// The lazy sequence behind shrink_candidates.
class Candidates {
 public:
  explicit Candidates(const AttentionCase& origin) : origin_(origin) {
    add_coarse_length_steps(origin, steps_);
    add_shape_steps(origin, steps_);
    add_switch_steps(origin, steps_);
    add_fine_length_steps(origin, steps_);
    steps_.push_back({Step::seed});
  }

  rc::Maybe<AttentionCase> operator()() {
    while (next_ < steps_.size()) {
      AttentionCase candidate = apply(steps_[next_++], origin_);
      // A step may do nothing, repeat another, or break mask=none: all of them are filtered in this one place.
      if (is_simpler(candidate, origin_) && is_valid(candidate) && seen_.insert(fingerprint(candidate)).second) {
        return candidate;
      }
    }
    return rc::Nothing;
  }

 private:
  AttentionCase origin_;
  Steps steps_;
  std::size_t next_ = 0;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace

bool is_simpler(const AttentionCase& a, const AttentionCase& b) {
  const auto measure = [](const AttentionCase& c) {
    return std::tuple(c.batch_size(), c.total_tokens(), c.num_heads, c.head_dim, c.extra_padding, c.padding_content,
                      c.need_weights, c.mask == MaskKind::none, c.seed != 0);
  };
  return measure(a) < measure(b);
}

rc::Seq<AttentionCase> shrink_candidates(const AttentionCase& attention_case) {
  return rc::Seq<AttentionCase>(Candidates(attention_case));
}

rc::Shrinkable<AttentionCase> shrinkable_case(AttentionCase attention_case) {
  return rc::shrinkable::shrinkRecur(std::move(attention_case), [](AttentionCase&& c) { return shrink_candidates(c); });
}

}  // namespace attngate

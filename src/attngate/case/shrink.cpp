#include "attngate/case/shrink.h"

#include <cstdint>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include <rapidcheck/fn/Common.h>
#include <rapidcheck/seq/Transform.h>
#include <rapidcheck/shrinkable/Create.h>

#include "attngate/case/shrink_steps.h"

namespace attngate {
namespace {

/// FNV-1a over everything but the dtype, which stays.
std::uint64_t fingerprint(const AttentionCase& c) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&hash](auto value) {
    hash = (hash ^ static_cast<std::uint64_t>(value)) * 0x100000001b3;
    hash ^= hash >> 32;
  };
  for (const std::int64_t value :
       {c.num_heads, c.head_dim, c.extra_padding, c.padding_content, c.storage_offset, c.parameter_offset}) {
    add(value);
  }
  add(c.need_weights);
  add(c.mask);
  add(c.layout);
  add(c.nested);
  add(c.values);
  add(c.seed);
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

/// A simpler case and the stage that made it.
struct Candidate {
  AttentionCase attention_case;
  ShrinkStage stage;
};

/// The lazy sequence behind shrink_candidates.
class Candidates {
 public:
  Candidates(const AttentionCase& origin, ShrinkStage start) : origin_(origin), steps_(shrink_steps(origin, start)) {}

  rc::Maybe<Candidate> operator()() {
    while (next_ < steps_.size()) {
      const ShrinkStep& step = steps_[next_++];
      AttentionCase candidate = apply(step, origin_);
      // A step may do nothing, repeat another, or break what a mask or layout needs: all filtered in this one place.
      if (is_simpler(candidate, origin_) && is_valid(candidate) && seen_.insert(fingerprint(candidate)).second) {
        return Candidate{std::move(candidate), step.stage};
      }
    }
    return rc::Nothing;
  }

 private:
  AttentionCase origin_;
  ShrinkSteps steps_;
  std::size_t next_ = 0;
  std::unordered_set<std::uint64_t> seen_;
};

/// Where the candidates of a candidate begin: with the stage that made it, as it may help again. Not so jumps and
/// resets: the ones before did not help, and the ones after are no simpler.
ShrinkStage start_after(ShrinkStage stage) {
  return stage == ShrinkStage::jump ? ShrinkStage::reset : stage == ShrinkStage::reset ? ShrinkStage::batch : stage;
}

rc::Shrinkable<AttentionCase> shrinkable_from(AttentionCase attention_case, ShrinkStage start) {
  return rc::shrinkable::shrink(rc::fn::constant(std::move(attention_case)), [start](AttentionCase&& origin) {
    return rc::seq::map(rc::Seq<Candidate>(Candidates(origin, start)), [](Candidate&& candidate) {
      return shrinkable_from(std::move(candidate.attention_case), start_after(candidate.stage));
    });
  });
}

/// One sequence, none, two, three, ...
std::int64_t rank_of_batch(std::int64_t batch_size) { return batch_size == 1 ? 0 : batch_size == 0 ? 1 : batch_size; }

/// Sum of the lengths, where an empty sequence, the stranger thing, counts as 4 tokens.
std::int64_t rank_of_lengths(const std::vector<std::int64_t>& lengths) {
  std::int64_t sum = 0;
  for (const std::int64_t length : lengths) {
    sum += length == 0 ? 4 : length;
  }
  return sum;
}

}  // namespace

bool is_simpler(const AttentionCase& a, const AttentionCase& b) {
  const auto measure = [](const AttentionCase& c) {
    return std::tuple(rank_of_batch(c.batch_size()), rank_of_lengths(c.lengths), c.num_heads, c.head_dim,
                      c.extra_padding, c.padding_content, c.need_weights, c.mask, c.layout, c.nested, c.values,
                      c.storage_offset, c.parameter_offset, c.seed != 0);
  };
  return measure(a) < measure(b);
}

rc::Seq<AttentionCase> shrink_candidates(const AttentionCase& attention_case) {
  return rc::seq::map(rc::Seq<Candidate>(Candidates(attention_case, ShrinkStage::jump)),
                      [](Candidate&& candidate) { return std::move(candidate.attention_case); });
}

rc::Shrinkable<AttentionCase> shrinkable_case(AttentionCase attention_case) {
  return shrinkable_from(std::move(attention_case), ShrinkStage::jump);
}

}  // namespace attngate

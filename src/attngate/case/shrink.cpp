#include "attngate/case/shrink.h"

#include <cstdint>
#include <iterator>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include <rapidcheck/fn/Common.h>
#include <rapidcheck/seq/Transform.h>
#include <rapidcheck/shrinkable/Create.h>

#include "attngate/base/fnv.h"
#include "attngate/case/shrink_steps.h"

namespace attngate {
namespace {

/// Of everything but the dtype, which stays.
std::uint64_t fingerprint(const AttentionCase& c) {
  const auto bytes_of = [](const auto& words) {
    return std::string_view(reinterpret_cast<const char*>(std::data(words)), std::size(words) * sizeof(std::int64_t));
  };
  const std::int64_t words[] = {c.num_heads,
                                c.head_dim,
                                c.extra_padding,
                                c.padding_content,
                                c.storage_offset,
                                c.parameter_offset,
                                c.need_weights,
                                static_cast<std::int64_t>(c.mask),
                                static_cast<std::int64_t>(c.layout),
                                static_cast<std::int64_t>(c.nested),
                                static_cast<std::int64_t>(c.values),
                                static_cast<std::int64_t>(c.seed)};
  return fnv1a(bytes_of(c.lengths), fnv1a(bytes_of(words)));
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

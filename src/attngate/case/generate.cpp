#include "attngate/case/generate.h"

#include <algorithm>
#include <array>
#include <functional>
#include <span>

#include <rapidcheck/Shrinkable.h>

#include "attngate/case/draw.h"
#include "attngate/case/generate_sizes.h"
#include "attngate/case/reduce.h"
#include "attngate/case/shrink.h"

namespace attngate {
namespace {

using Values = std::span<const std::int64_t>;

/// Exact in bf16. A query meets padded keys before the mask hides them: with content c such a logit has a standard
/// deviation of up to 4 c. fp16 ends at 65504, so that 4096 overflowed to infinity there, and infinity plus the mask's
/// -infinity is NaN: 1 case in 33,759 on an H200. 512 leaves 32 standard deviations.
constexpr std::array<std::int64_t, 4> padding_contents{0, 128, 1024, 4096};
constexpr std::array<std::int64_t, 4> padding_contents_fp16{0, 128, 256, 512};

/// The same for fp16 with values=large, outlier and negative_logits, whose queries are larger:
///   large: queries have a standard deviation of up to 15, so a logit with a padded key has one of up to 25 c.
///   outlier: a token of 64 in one channel gives it up to 57 c; at embed_dim 1 up to 85 c, but no value above 258 c.
///   negative_logits: a query bias of at most 12 gives it up to 20 c.
/// 64 leaves 18 standard deviations or more, and is still four times the largest token of values=large.
///
/// Valid keys are safe at any scale, even before the division by sqrt(head_dim), which every fp16 path under test does
/// to the query first: for large, query times key has a standard deviation of 15^2 sqrt(head_dim), 3,600 at 256; for
/// outlier it is at most 64^2 times the sum of head_dim products of two weights, 32,768.
constexpr std::array<std::int64_t, 4> padding_contents_fp16_wide{0, 16, 32, 64};

MaskKind draw_mask(rc::Random& random) {
  const std::uint64_t percent = draw::below(random, 100);
  return percent < 10   ? MaskKind::holes
         : percent < 16 ? MaskKind::four_d
         : percent < 22 ? MaskKind::two_d
         : percent < 30 ? MaskKind::causal
                        : MaskKind::padding;
}

StorageLayout draw_layout(rc::Random& random) {
  const std::uint64_t percent = draw::below(random, 100);
  return percent < 12   ? StorageLayout::transposed
         : percent < 24 ? StorageLayout::sliced
         : percent < 30 ? StorageLayout::expanded
                        : StorageLayout::packed;
}

NestedForm draw_nested(rc::Random& random) {
  const std::uint64_t percent = draw::below(random, 100);
  return percent < 9    ? NestedForm::gaps
         : percent < 17 ? NestedForm::list
         : percent < 25 ? NestedForm::mask
                        : NestedForm::view;
}

ValueProfile draw_values(rc::Random& random) {
  const std::uint64_t percent = draw::below(random, 100);
  return percent < 6    ? ValueProfile::tiny
         : percent < 13 ? ValueProfile::large
         : percent < 19 ? ValueProfile::outlier
         : percent < 25 ? ValueProfile::negative_logits
                        : ValueProfile::normal;
}

/// 0 in four cases of five.
std::int64_t draw_offset(rc::Random& random) {
  const bool aligned = !draw::one_in(random, 5);
  const std::int64_t offset = draw::between(random, 1, CaseRange::max_storage_offset);
  return aligned ? 0 : offset;
}

CostLimit draw_budget(rc::Random& random, const CostLimit& limit) {
  // The larger of two draws from 0 to m = max_halvings: k halvings have the probability (2k + 1) / (m + 1)^2, so the
  // mean budget is the limit times the sum of (2k + 1) / 2^k / (m + 1)^2, about 6 / (m + 1)^2 of the limit.
  const auto choices = static_cast<std::uint64_t>(std::clamp(limit.max_halvings, 0, 62)) + 1;
  const std::uint64_t first = draw::below(random, choices);
  const std::uint64_t second = draw::below(random, choices);
  const auto divisor = static_cast<double>(std::uint64_t{1} << std::max(first, second));
  // Only flops: bytes that flops leave room for are not what takes the time.
  CostLimit budget = limit;
  budget.max_flops /= divisor;
  return budget;
}

bool has_zero(const Lengths& lengths) { return std::find(lengths.begin(), lengths.end(), 0) != lengths.end(); }

bool all_equal(const Lengths& lengths) {
  return std::adjacent_find(lengths.begin(), lengths.end(), std::not_equal_to<>()) == lengths.end();
}

Values padding_contents_of(const AttentionCase& attention_case) {
  const ValueProfile values = attention_case.values;
  if (attention_case.dtype != DType::fp16) {
    return padding_contents;
  }
  return values == ValueProfile::normal || values == ValueProfile::tiny ? Values(padding_contents_fp16)
                                                                        : Values(padding_contents_fp16_wide);
}

/// Cuts what costs too much: rare kinds keep what makes them rare, and may spend the whole limit on it.
void draw_reduction(rc::Random& random, CaseKind kind, const CostLimit& limit, AttentionCase& result) {
  const CostLimit budget = draw_budget(random, limit);
  const auto spared = static_cast<CaseSize>(draw::below(random, 4));
  switch (kind) {
    case CaseKind::huge_batch:
      return reduce_to(limit, CaseSize::batch, result);
    case CaseKind::long_sequence:
      return reduce_to(limit, CaseSize::lengths, result);
    case CaseKind::ordinary:
    case CaseKind::empty_batch:
      return reduce_to(budget, spared, result);
  }
}

void draw_padding(rc::Random& random, AttentionCase& result) {
  const bool no_extra_padding = draw::one_in(random, 2);
  const std::int64_t extra_padding = draw::between(random, 0, 9);
  result.extra_padding = no_extra_padding ? 0 : extra_padding;
  result.padding_content = draw::element(random, padding_contents_of(result));
  const bool unmasked = draw::one_in(random, 2);
  if (unmasked && result.mask == MaskKind::padding && all_equal(result.lengths)) {
    result.mask = MaskKind::none;
    result.extra_padding = 0;
  }
}

/// Where and how the values lie, and what they are like.
void draw_storage(rc::Random& random, AttentionCase& result) {
  result.mask = draw_mask(random);
  result.layout = draw_layout(random);
  result.nested = draw_nested(random);
  result.values = draw_values(random);
  result.storage_offset = draw_offset(random);
  result.parameter_offset = draw_offset(random);
}

}  // namespace

DrawnCase draw_case(const GeneratorOptions& options, rc::Random random, int size) {
  if (options.dtypes.empty()) {
    throw CaseError("dtypes: the generator needs at least one dtype");
  }
  // RapidCheck's own sizes end at 100; so do the scales above.
  size = std::clamp(size, 0, 100);
  DrawnCase drawn;
  AttentionCase& result = drawn.attention_case;
  result.dtype = draw::element(random, std::span<const DType>(options.dtypes));
  draw_storage(random, result);
  const CaseKind kind = draw_kind(random, size);
  drawn.family = draw_sizes(random, kind, options.limit, size, result);
  draw_padding(random, result);
  if (result.nested == NestedForm::mask && has_zero(result.lengths)) {
    result.nested = NestedForm::list;
  }
  result.need_weights = draw::one_in(random, 4);
  result.seed = random.next();
  draw_reduction(random, kind, options.limit, result);
  return drawn;
}

rc::Gen<AttentionCase> cases(const GeneratorOptions& options) {
  if (options.dtypes.empty()) {
    throw CaseError("dtypes: the generator needs at least one dtype");
  }
  return rc::Gen<AttentionCase>([options](const rc::Random& random, int size) {
    return shrinkable_case(draw_case(options, random, size).attention_case);
  });
}

namespace {

/// Case number index by itself, whatever its neighbours.
DrawnCase drawn_alone(const GeneratorOptions& options, std::uint64_t seed, std::int64_t index) {
  // rc::Random is a cipher (Threefish) under a 256-bit key: seed and index can be the key as they are, and no two
  // pairs share a stream. The last two words are the name of the scheme, "attngate" and its version.
  const rc::Random::Key key{seed, static_cast<std::uint64_t>(index), 0x6174746e67617465, 1};
  return draw_case(options, rc::Random(key), static_cast<int>(static_cast<std::uint64_t>(index) % 101));
}

/// Gives up what the case's lengths do not allow, or its cost limit.
void make_legal(const CostLimit& limit, AttentionCase& c) {
  const bool equal = all_equal(c.lengths);
  if (!equal && c.layout == StorageLayout::expanded) c.layout = StorageLayout::packed;
  if (c.nested == NestedForm::mask && has_zero(c.lengths)) c.nested = NestedForm::view;
  const bool needs_equal = c.mask == MaskKind::none || c.mask == MaskKind::two_d;
  const bool legal = (equal || !needs_equal) && (c.mask != MaskKind::none || c.extra_padding == 0);
  if (!legal || !within(cost_of(c), limit)) c.mask = MaskKind::padding;
}

/// The shape of one case with everything else of another.
DrawnCase twin(const GeneratorOptions& options, DrawnCase shape, const DrawnCase& rest) {
  AttentionCase result = rest.attention_case;
  result.dtype = shape.attention_case.dtype;
  result.num_heads = shape.attention_case.num_heads;
  result.head_dim = shape.attention_case.head_dim;
  result.lengths = std::move(shape.attention_case.lengths);
  result.extra_padding = shape.attention_case.extra_padding;
  // fp16's padding depends on the values, and both come from `rest`; only a change of dtype brings a new limit.
  if (result.dtype != rest.attention_case.dtype) result.padding_content = 0;
  make_legal(options.limit, result);
  return {std::move(result), shape.family};
}

}  // namespace

DrawnCase nth_drawn_case(const GeneratorOptions& options, std::uint64_t seed, std::int64_t index) {
  if (index % 2 == 0) return drawn_alone(options, seed, index);
  return twin(options, drawn_alone(options, seed, index - 1), drawn_alone(options, seed, index));
}

AttentionCase nth_case(const GeneratorOptions& options, std::uint64_t seed, std::int64_t index) {
  return nth_drawn_case(options, seed, index).attention_case;
}

}  // namespace attngate

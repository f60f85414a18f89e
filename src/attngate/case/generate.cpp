#include "attngate/case/generate.h"

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <utility>

#include <rapidcheck/Shrinkable.h>

#include "attngate/case/boundaries.h"
#include "attngate/case/draw.h"
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
///   large: queries have a standard deviation of up to 15, so a logit with a padded key one of up to 25 c.
///   outlier: a token of 64 in one channel gives it up to 57 c; at embed_dim 1 up to 85 c, but never a value above 258 c.
///   negative_logits: a query bias of 16 gives it up to 26 c.
/// 64 leaves 18 standard deviations or more, and is still four times the largest token of values=large.
///
/// Valid keys are safe at any scale, even before the division by sqrt(head_dim) (which every fp16 path under test does to
/// the query first): for large, query times key has a standard deviation of 15^2 sqrt(head_dim), 3,600 at 256, and
/// outlier's is at most 64^2 times the sum of head_dim products of two weights, 32,768.
constexpr std::array<std::int64_t, 4> padding_contents_fp16_wide{0, 16, 32, 64};

/// A value from least to most: half the time one of the boundary values there, where there is one.
std::int64_t boundary_or_uniform(rc::Random& random, Values boundaries, std::int64_t least, std::int64_t most) {
  const Values inside = part(boundaries, least, most);
  const bool take_boundary = draw::one_in(random, 2);
  return take_boundary && !inside.empty() ? draw::element(random, inside) : draw::between(random, least, most);
}

std::int64_t draw_longest(rc::Random& random, int size) {
  // Quadratic in the size: 2 at size 0, 102 at 20, and from 64 on the longest boundary length, 1025, fits.
  const std::int64_t cap = 2 + std::int64_t{size} * size / 4;
  // Short lengths show the most: a dropped last key marks 14 % of the outputs at 32 keys, 0.4 % at 384.
  const std::uint64_t percent = draw::below(random, 100);
  const std::int64_t least = percent < 72 ? 1 : percent < 95 ? 41 : 321;
  const std::int64_t most = percent < 72 ? 40 : percent < 95 ? 320 : 1025;
  if (least > cap) {
    return boundary_or_uniform(random, boundary_lengths(), 1, std::min(std::int64_t{40}, cap));
  }
  return boundary_or_uniform(random, boundary_lengths(), least, std::min(most, cap));
}

std::int64_t draw_batch_size(rc::Random& random, int size) {
  // Boundary batches up to 256 (from size 60 on) one time in four, else 1 to 64.
  const bool boundary = draw::one_in(random, 4);
  if (boundary) {
    return draw::element(random, part(boundary_batch_sizes(), 1, 1 + std::int64_t{size} * 255 / 60));
  }
  return draw::between(random, 1, 1 + std::int64_t{size} * 63 / 100);
}

std::int64_t draw_num_heads(rc::Random& random, int size) {
  // 1 to 8 from size 40 on; one in five up to 32, which the cost limit often takes back. One in eight is any number.
  const bool many = draw::one_in(random, 5);
  const bool any = draw::one_in(random, 8);
  const std::int64_t most = 1 + std::min(std::int64_t{size} * (many ? 31 : 7) / 40, std::int64_t{many ? 31 : 7});
  return any ? draw::between(random, 1, most) : draw::element(random, part(boundary_num_heads(), 1, most));
}

std::int64_t draw_head_dim(rc::Random& random) {
  // Mostly 8 to 128, the sizes in use; one in six from the whole list, one in sixteen any number, odd ones among them.
  const bool listed = draw::one_in(random, 6);
  const bool any = draw::one_in(random, 16);
  if (any) {
    return draw::between(random, 1, 136);
  }
  return draw::element(random, listed ? boundary_head_dims() : part(boundary_head_dims(), 8, 128));
}

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

LengthFamily draw_family(rc::Random& random) {
  // All-equal batches are the one thing that everybody tests: 1 in 10. The ragged families share the rest.
  constexpr std::array<LengthFamily, 20> weighted{
      LengthFamily::all_equal,           LengthFamily::all_equal,
      LengthFamily::uniform,             LengthFamily::uniform,
      LengthFamily::uniform,             LengthFamily::uniform,
      LengthFamily::beta,                LengthFamily::beta,
      LengthFamily::beta,                LengthFamily::beta,
      LengthFamily::gaussian_padding,    LengthFamily::gaussian_padding,
      LengthFamily::power_law,           LengthFamily::power_law,
      LengthFamily::one_long_many_short, LengthFamily::one_long_many_short,
      LengthFamily::with_length_one,     LengthFamily::with_length_one,
      LengthFamily::with_length_zero,    LengthFamily::with_length_zero};
  return draw::element(random, std::span<const LengthFamily>(weighted));
}

Lengths draw_beta_lengths(rc::Random& random, std::int64_t batch_size, std::int64_t longest) {
  // b = 0.05 to 3.05 in steps of 0.2 as the benchmark, and its blocks of 2; blocks of 1 and 8 beside them.
  constexpr std::array<std::int64_t, 4> block_sizes{1, 2, 2, 8};
  const std::int64_t step = draw::between(random, 0, 15);
  const std::int64_t block_size = draw::element(random, Values(block_sizes));
  const double b = static_cast<double>(1 + 4 * step) / 20.0;
  return beta_lengths(random, batch_size, longest, 1.0, b, block_size);
}

Lengths draw_lengths(rc::Random& random, LengthFamily family, std::int64_t batch_size, std::int64_t longest) {
  switch (family) {
    case LengthFamily::all_equal: return all_equal_lengths(batch_size, longest);
    case LengthFamily::uniform: return uniform_lengths(random, batch_size, longest);
    case LengthFamily::beta: return draw_beta_lengths(random, batch_size, longest);
    case LengthFamily::gaussian_padding: {
      const std::int64_t tenths = draw::between(random, 0, 9);
      return gaussian_padding_lengths(random, batch_size, longest, static_cast<double>(tenths) / 10.0);
    }
    case LengthFamily::power_law: return power_law_lengths(random, batch_size, longest);
    case LengthFamily::one_long_many_short: return one_long_many_short_lengths(random, batch_size, longest);
    case LengthFamily::with_length_one: return with_length_one_lengths(random, batch_size, longest);
    case LengthFamily::with_length_zero: return with_length_zero_lengths(random, batch_size, longest);
  }
  return all_equal_lengths(batch_size, longest);
}

/// Gives one ragged batch in four a boundary length that its family alone would seldom draw.
void plant_boundary_length(rc::Random& random, Lengths& lengths, std::int64_t longest) {
  const bool plant = draw::one_in(random, 4);
  if (plant) {
    const auto row = static_cast<std::size_t>(draw::below(random, lengths.size()));
    lengths[row] = draw::element(random, part(boundary_lengths(), 1, longest));
  }
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

bool has_zero(const Lengths& lengths) {
  return std::find(lengths.begin(), lengths.end(), 0) != lengths.end();
}

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

enum class Kind { ordinary, empty_batch, huge_batch, long_sequence };

Kind draw_kind(rc::Random& random, int size) {
  // The rare kinds cost more: huge batches come 1 time in 400, long sequences 1 in 100, both only in the upper half of
  // the sizes, so that a run begins with tiny cases. Empty batches, which hold nothing to compare, come 1 time in 500.
  const std::uint64_t thousandth = draw::below(random, 1000);
  return thousandth < 2    ? Kind::empty_batch
         : size <= 50      ? Kind::ordinary
         : thousandth < 7  ? Kind::huge_batch
         : thousandth < 27 ? Kind::long_sequence
                           : Kind::ordinary;
}

/// Masks and layouts that treat all sequences alike.
bool needs_equal_lengths(const AttentionCase& attention_case) {
  return attention_case.mask == MaskKind::two_d || attention_case.layout == StorageLayout::expanded;
}

LengthFamily draw_ordinary_sizes(rc::Random& random, int size, AttentionCase& result) {
  result.num_heads = draw_num_heads(random, size);
  result.head_dim = draw_head_dim(random);
  const LengthFamily drawn = draw_family(random);
  const LengthFamily family = needs_equal_lengths(result) ? LengthFamily::all_equal : drawn;
  const std::int64_t batch_size = draw_batch_size(random, size);
  const std::int64_t longest = draw_longest(random, size);
  result.lengths = draw_lengths(random, family, batch_size, longest);
  if (family != LengthFamily::all_equal) {
    plant_boundary_length(random, result.lengths, longest);
  }
  return family;
}

/// Thousands of tiny sequences: half the time all of 1 to 3 tokens, else ones with an empty or longer one among them.
/// Few runs of equal lengths keep the line short, and few channels the cost.
LengthFamily draw_huge_batch(rc::Random& random, const CostLimit& limit, AttentionCase& result) {
  // Mostly 4096, as each sequence costs host time, and half the time with 16 heads: batch * heads is then 65536.
  constexpr std::array<std::int64_t, 4> heads{1, 4, 16, 16};
  const bool tens_of_thousands = draw::one_in(random, 16);
  const std::int64_t drawn = draw::element(random, huge_batch_sizes());
  const std::int64_t batch_size = std::min(tens_of_thousands ? drawn : huge_batch_sizes().front(),
                                           static_cast<std::int64_t>(limit.max_sequences));
  result.num_heads = draw::element(random, Values(heads));
  result.head_dim = draw::element(random, part(boundary_head_dims(), 1, 8));
  const std::int64_t longest = draw::between(random, 1, 3);
  const std::int64_t other = draw::between(random, 0, 3);
  const std::uint64_t row = draw::below(random, static_cast<std::uint64_t>(batch_size));
  const bool uniform = draw::one_in(random, 2);
  if (uniform || needs_equal_lengths(result)) {
    result.lengths = all_equal_lengths(batch_size, longest);
    return LengthFamily::all_equal;
  }
  result.lengths = all_equal_lengths(batch_size, 1);
  result.lengths[static_cast<std::size_t>(row)] = other;
  return other == 0 ? LengthFamily::with_length_zero : LengthFamily::one_long_many_short;
}

/// Lengths from 255 to 1025, which ordinary draws seldom keep within their budget.
LengthFamily draw_long_sequence(rc::Random& random, AttentionCase& result) {
  result.num_heads = draw::element(random, part(boundary_num_heads(), 1, 4));
  result.head_dim = draw::element(random, part(boundary_head_dims(), 1, 64));
  const std::int64_t batch_size = draw::between(random, 1, 4);
  const std::int64_t longest = draw::element(random, part(boundary_lengths(), 255, 1025));
  const LengthFamily family =
      needs_equal_lengths(result) ? LengthFamily::all_equal : LengthFamily::one_long_many_short;
  result.lengths = draw_lengths(random, family, batch_size, longest);
  // The cost limit may cut the batch from its end.
  std::swap(result.lengths.front(), *std::max_element(result.lengths.begin(), result.lengths.end()));
  return family;
}

LengthFamily draw_sizes(rc::Random& random, Kind kind, const CostLimit& limit, int size, AttentionCase& result) {
  switch (kind) {
    case Kind::huge_batch: return draw_huge_batch(random, limit, result);
    case Kind::long_sequence: return draw_long_sequence(random, result);
    case Kind::ordinary:
    case Kind::empty_batch: break;
  }
  const LengthFamily family = draw_ordinary_sizes(random, size, result);
  if (kind == Kind::empty_batch) {
    result.lengths.clear();
  }
  return family;
}

/// Cuts what costs too much: rare kinds keep what makes them rare, and may spend the whole limit on it.
void draw_reduction(rc::Random& random, Kind kind, const CostLimit& limit, AttentionCase& result) {
  const CostLimit budget = draw_budget(random, limit);
  const auto spared = static_cast<CaseSize>(draw::below(random, 4));
  switch (kind) {
    case Kind::huge_batch: return reduce_to(limit, CaseSize::batch, result);
    case Kind::long_sequence: return reduce_to(limit, CaseSize::lengths, result);
    case Kind::ordinary:
    case Kind::empty_batch: return reduce_to(budget, spared, result);
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
  const Kind kind = draw_kind(random, size);
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

DrawnCase nth_drawn_case(const GeneratorOptions& options, std::uint64_t seed, std::int64_t index) {
  // rc::Random is a cipher (Threefish) under a 256-bit key: seed and index can be the key as they are, and no two
  // pairs share a stream. The last two words are the name of the scheme, "attngate" and its version.
  const rc::Random::Key key{seed, static_cast<std::uint64_t>(index), 0x6174746e67617465, 1};
  return draw_case(options, rc::Random(key), static_cast<int>(static_cast<std::uint64_t>(index) % 101));
}

AttentionCase nth_case(const GeneratorOptions& options, std::uint64_t seed, std::int64_t index) {
  return nth_drawn_case(options, seed, index).attention_case;
}

}  // namespace attngate

#include "attngate/case/generate.h"

#include <algorithm>
#include <array>
#include <span>

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
  // 1 to 8 from size 40 on; one in five up to 32, which the cost limit often takes back.
  const bool many = draw::one_in(random, 5);
  const std::int64_t most = 1 + std::min(std::int64_t{size} * (many ? 31 : 7) / 40, std::int64_t{many ? 31 : 7});
  return draw::element(random, part(boundary_num_heads(), 1, most));
}

std::int64_t draw_head_dim(rc::Random& random) {
  // Mostly 8 to 128, the sizes in use; one in six from the whole list.
  const bool any = draw::one_in(random, 6);
  return draw::element(random, any ? boundary_head_dims() : part(boundary_head_dims(), 8, 128));
}

LengthFamily draw_family(rc::Random& random) {
  // All-equal batches are the one thing that everybody tests: 1 in 8. The ragged families share the rest.
  constexpr std::array<LengthFamily, 8> weighted{
      LengthFamily::all_equal,        LengthFamily::uniform, LengthFamily::uniform,
      LengthFamily::beta,             LengthFamily::beta,    LengthFamily::gaussian_padding,
      LengthFamily::one_long_many_short, LengthFamily::with_length_one};
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
    case LengthFamily::one_long_many_short: return one_long_many_short_lengths(random, batch_size, longest);
    case LengthFamily::with_length_one: return with_length_one_lengths(random, batch_size, longest);
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

bool all_equal(const Lengths& lengths) {
  return std::all_of(lengths.begin(), lengths.end(), [&](std::int64_t length) { return length == lengths.front(); });
}

CostLimit draw_budget(rc::Random& random, const CostLimit& limit) {
  // The larger of two draws from 0 to m = max_halvings: k halvings have the probability (2k + 1) / (m + 1)^2, so the
  // mean budget is the limit times the sum of (2k + 1) / 2^k / (m + 1)^2, about 6 / (m + 1)^2 of the limit.
  const auto choices = static_cast<std::uint64_t>(std::clamp(limit.max_halvings, 0, 62)) + 1;
  const std::uint64_t first = draw::below(random, choices);
  const std::uint64_t second = draw::below(random, choices);
  const auto divisor = static_cast<double>(std::uint64_t{1} << std::max(first, second));
  // Only flops: bytes that flops leave room for are not what takes the time.
  return {.max_flops = limit.max_flops / divisor, .max_bytes = limit.max_bytes, .max_halvings = 0};
}

void draw_padding_and_mask(rc::Random& random, AttentionCase& result) {
  const bool no_extra_padding = draw::one_in(random, 2);
  const std::int64_t extra_padding = draw::between(random, 0, 9);
  result.extra_padding = no_extra_padding ? 0 : extra_padding;
  result.padding_content =
      draw::element(random, Values(result.dtype == DType::fp16 ? padding_contents_fp16 : padding_contents));
  const bool unmasked = draw::one_in(random, 2);
  if (unmasked && all_equal(result.lengths)) {
    result.mask = MaskKind::none;
    result.extra_padding = 0;
  }
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
  result.num_heads = draw_num_heads(random, size);
  result.head_dim = draw_head_dim(random);
  drawn.family = draw_family(random);
  const std::int64_t batch_size = draw_batch_size(random, size);
  const std::int64_t longest = draw_longest(random, size);
  result.lengths = draw_lengths(random, drawn.family, batch_size, longest);
  if (drawn.family != LengthFamily::all_equal) {
    plant_boundary_length(random, result.lengths, longest);
  }
  draw_padding_and_mask(random, result);
  result.need_weights = draw::one_in(random, 4);
  result.seed = random.next();
  const CostLimit budget = draw_budget(random, options.limit);
  reduce_to(budget, random, result);
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

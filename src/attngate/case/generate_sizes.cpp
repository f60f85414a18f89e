#include "attngate/case/generate_sizes.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "attngate/case/boundaries.h"
#include "attngate/case/draw.h"

namespace attngate {
namespace {

using Values = std::span<const std::int64_t>;

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

LengthFamily draw_family(rc::Random& random) {
  // All-equal batches are the one thing that everybody tests: 1 in 10. The ragged families share the rest.
  constexpr std::array<LengthFamily, 20> weighted{LengthFamily::all_equal,
                                                  LengthFamily::all_equal,
                                                  LengthFamily::uniform,
                                                  LengthFamily::uniform,
                                                  LengthFamily::uniform,
                                                  LengthFamily::uniform,
                                                  LengthFamily::beta,
                                                  LengthFamily::beta,
                                                  LengthFamily::beta,
                                                  LengthFamily::beta,
                                                  LengthFamily::gaussian_padding,
                                                  LengthFamily::gaussian_padding,
                                                  LengthFamily::power_law,
                                                  LengthFamily::power_law,
                                                  LengthFamily::one_long_many_short,
                                                  LengthFamily::one_long_many_short,
                                                  LengthFamily::with_length_one,
                                                  LengthFamily::with_length_one,
                                                  LengthFamily::with_length_zero,
                                                  LengthFamily::with_length_zero};
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
    case LengthFamily::all_equal:
      return all_equal_lengths(batch_size, longest);
    case LengthFamily::uniform:
      return uniform_lengths(random, batch_size, longest);
    case LengthFamily::beta:
      return draw_beta_lengths(random, batch_size, longest);
    case LengthFamily::gaussian_padding: {
      const std::int64_t tenths = draw::between(random, 0, 9);
      return gaussian_padding_lengths(random, batch_size, longest, static_cast<double>(tenths) / 10.0);
    }
    case LengthFamily::power_law:
      return power_law_lengths(random, batch_size, longest);
    case LengthFamily::one_long_many_short:
      return one_long_many_short_lengths(random, batch_size, longest);
    case LengthFamily::with_length_one:
      return with_length_one_lengths(random, batch_size, longest);
    case LengthFamily::with_length_zero:
      return with_length_zero_lengths(random, batch_size, longest);
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
  const std::int64_t batch_size =
      std::min(tens_of_thousands ? drawn : huge_batch_sizes().front(), static_cast<std::int64_t>(limit.max_sequences));
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
  const LengthFamily family = needs_equal_lengths(result) ? LengthFamily::all_equal : LengthFamily::one_long_many_short;
  result.lengths = draw_lengths(random, family, batch_size, longest);
  // The cost limit may cut the batch from its end.
  std::swap(result.lengths.front(), *std::max_element(result.lengths.begin(), result.lengths.end()));
  return family;
}

}  // namespace

CaseKind draw_kind(rc::Random& random, int size) {
  // The rare kinds cost more: huge batches come 1 time in 400, long sequences 1 in 100, both only in the upper half of
  // the sizes, so that a run begins with tiny cases. Empty batches, which hold nothing to compare, come 1 time in 500.
  const std::uint64_t thousandth = draw::below(random, 1000);
  return thousandth < 2    ? CaseKind::empty_batch
         : size <= 50      ? CaseKind::ordinary
         : thousandth < 7  ? CaseKind::huge_batch
         : thousandth < 27 ? CaseKind::long_sequence
                           : CaseKind::ordinary;
}

LengthFamily draw_sizes(rc::Random& random, CaseKind kind, const CostLimit& limit, int size, AttentionCase& result) {
  switch (kind) {
    case CaseKind::huge_batch:
      return draw_huge_batch(random, limit, result);
    case CaseKind::long_sequence:
      return draw_long_sequence(random, result);
    case CaseKind::ordinary:
    case CaseKind::empty_batch:
      break;
  }
  const LengthFamily family = draw_ordinary_sizes(random, size, result);
  if (kind == CaseKind::empty_batch) {
    result.lengths.clear();
  }
  return family;
}

}  // namespace attngate

#include "attngate/gates/shape_class.h"

#include <algorithm>
#include <cmath>

#include "attngate/case/draw.h"
#include "attngate/case/lengths.h"

namespace attngate {
namespace {

Lengths draw_lengths(const ShapeClass& shape, double padding, std::uint64_t seed) {
  if (padding == 0) return all_equal_lengths(shape.batch_size, shape.max_length);
  rc::Random random(seed);
  return gaussian_padding_lengths(random, shape.batch_size, shape.max_length, padding);
}

double padded_tokens(const ShapeClass& shape) {
  return static_cast<double>(shape.batch_size) * static_cast<double>(shape.max_length);
}

/// Scores and their product with the values, over the padded form.
double attention_flops(const ShapeClass& shape) {
  return 4 * padded_tokens(shape) * static_cast<double>(shape.max_length) *
         static_cast<double>(shape.num_heads * shape.head_dim);
}

/// least * 2^x with x uniform, up to most.
std::int64_t log_uniform(rc::Random& random, double least, double most) {
  return std::llround(least * std::exp2(draw::unit(random) * std::log2(most / least)));
}

}  // namespace

AttentionCase case_of(const ShapeClass& shape, double padding, DType dtype, std::uint64_t seed) {
  AttentionCase attention_case;
  attention_case.dtype = dtype;
  attention_case.num_heads = shape.num_heads;
  attention_case.head_dim = shape.head_dim;
  attention_case.lengths = draw_lengths(shape, padding, seed);
  attention_case.mask = padding == 0 ? MaskKind::none : MaskKind::padding;
  attention_case.seed = seed;
  validate(attention_case);
  return attention_case;
}

const std::vector<ShapeClass>& shape_classes() {
  static const std::vector<ShapeClass> all = {
      {"short", "shortest sequences and largest batch of better_transformer_vs_mha_functional.py's grid", 256, 64, 16,
       64},
      {"many_heads", "sdp.py's grid", 256, 256, 32, 16},
      {"long", "longest sequences and medium batch of better_transformer_vs_mha_functional.py's grid", 64, 512, 16, 64},
      {"few", "longest sequences and smallest batch of better_transformer_vs_mha_functional.py's grid", 16, 512, 16,
       64},
      {"longest", "longer than the seed programs: attention outweighs the projections", 8, 2048, 16, 64},
      {"narrow", "sdp.py's batch and length, with the heads that ci/export_modules.py compiles by default", 256, 256, 4,
       32},
      {"wide", "head_dim 128, as large models have", 4, 2048, 16, 128}};
  return all;
}

const ShapeClass& shape_class(const std::string& name) {
  const auto found = std::ranges::find(shape_classes(), name, &ShapeClass::name);
  if (found == shape_classes().end()) throw std::invalid_argument("no shape class " + name);
  return *found;
}

ShapeClass random_shape_class(std::uint64_t seed) {
  rc::Random random(seed);
  ShapeClass shape{"random", "drawn", 1, 1, 1, 1};
  shape.batch_size = log_uniform(random, 4, 256);
  shape.max_length = log_uniform(random, 64, 2048);
  shape.num_heads = log_uniform(random, 2, 16);
  shape.head_dim = 32 * draw::between(random, 1, 4);
  while (shape.batch_size > 1 && (padded_tokens(shape) > 0x1p17 || attention_flops(shape) > 0x1p37))
    shape.batch_size /= 2;
  return shape;
}

}  // namespace attngate

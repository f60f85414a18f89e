#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "attngate/case/attention_case.h"

namespace attngate {

/// A kind of batch that gates are about.
struct ShapeClass {
  /// Part of gate names: "short", "long", ...
  std::string name;
  /// Where it comes from, in a few words.
  std::string source;
  std::int64_t batch_size = 1;
  /// Length of the longest sequence, and of the padded form.
  std::int64_t max_length = 1;
  std::int64_t num_heads = 1;
  std::int64_t head_dim = 1;
};

/// The case of a class in which that share of the padded form is padding, 0 to 0.95, but for one sequence of
/// max_length: the other lengths come from gaussian_padding_lengths (case/lengths.h), as sdp.py draws them. 0: all
/// sequences are equally long, and mask=none.
///
/// The seed is that of lengths and values. Throws CaseError for a class that cannot exist.
AttentionCase case_of(const ShapeClass& shape_class, double padding, DType dtype, std::uint64_t seed);

/// The classes of the gates: corners of the seed programs' grids, and longer sequences, which they leave out.
const std::vector<ShapeClass>& shape_classes();

/// The class of that name; throws std::invalid_argument.
const ShapeClass& shape_class(const std::string& name);

/// A class drawn at random, named "random": batch 4 to 256, length 64 to 2048, heads 2 to 16, head_dim 32 to 128. Sizes
/// are log-uniform; the batch is halved until the padded form has at most 2^17 tokens and its attention 2^37 flops.
///
/// Bounds that hold for those are about a distribution, not about the shapes that somebody tuned for.
ShapeClass random_shape_class(std::uint64_t seed);

}  // namespace attngate

#pragma once

#include <cstdint>
#include <vector>

#include <rapidcheck/Gen.h>
#include <rapidcheck/Random.h>

#include "attngate/case/attention_case.h"
#include "attngate/case/cost.h"
#include "attngate/case/lengths.h"

namespace attngate {

/// Which cases a generator may give.
struct GeneratorOptions {
  /// Each as likely; at least one.
  std::vector<DType> dtypes = {DType::fp16, DType::bf16, DType::fp32};
  CostLimit limit = gpu_limit();
};

/// A case and the family that its lengths were drawn from; lengths cut to the cost limit keep their family's name, and
/// so does an empty batch.
struct DrawnCase {
  AttentionCase attention_case;
  LengthFamily family = LengthFamily::uniform;
};

/// One random valid case. size, 0 to 100, scales batch, lengths and heads from tiny to the largest.
///
/// Typical at size 100: 1 to 64 sequences under 40 tokens, 1 to 8 heads, head_dim 8 to 128; the boundary values of
/// boundaries.h are drawn far more often than their neighbours. Masks, layouts, nested forms, values and offsets mostly
/// have their defaults, each on its own; 1 case in 12 has a sequence of length 0, 1 in 500 an empty batch, 1 in 400
/// thousands of tiny sequences, and 1 in 100 a sequence of 255 to 1025 tokens. A case costs at most the limit, and
/// mostly far less (CostLimit).
/// Throws CaseError when options.dtypes is empty.
DrawnCase draw_case(const GeneratorOptions& options, rc::Random random, int size);

/// draw_case as a RapidCheck generator; its values shrink by shrinkable_case (shrink.h).
rc::Gen<AttentionCase> cases(const GeneratorOptions& options);

/// Case number index of a seed: needs none of its predecessors, and is the same on every machine.
///
/// It is draw_case with a random state keyed by (seed, index) and size = index % 101; an odd one has the shape (heads,
/// head_dim, lengths, extra padding) of the case before it. The first case of a shape pays for LibTorch's choice of its
/// matrix products, in half precision as much as all the rest of the case (230 us each on an H200, 20 us the second
/// time); the second one looks at other values, masks and layouts for half the price.
AttentionCase nth_case(const GeneratorOptions& options, std::uint64_t seed, std::int64_t index);

/// nth_case with the family of its lengths.
DrawnCase nth_drawn_case(const GeneratorOptions& options, std::uint64_t seed, std::int64_t index);

}  // namespace attngate

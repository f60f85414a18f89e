#pragma once

#include <rapidcheck/Random.h>

#include "attngate/case/attention_case.h"
#include "attngate/case/cost.h"
#include "attngate/case/lengths.h"

namespace attngate {

/// What the generator makes of the sizes.
enum class CaseKind { ordinary, empty_batch, huge_batch, long_sequence };

/// Mostly ordinary; size, 0 to 100, is that of draw_case.
CaseKind draw_kind(rc::Random& random, int size);

/// Draws num_heads, head_dim and lengths, the batch within the limit; gives the family of the lengths.
///
/// The case has its mask and layout already: those that treat all sequences alike get equal lengths.
LengthFamily draw_sizes(rc::Random& random, CaseKind kind, const CostLimit& limit, int size, AttentionCase& result);

}  // namespace attngate

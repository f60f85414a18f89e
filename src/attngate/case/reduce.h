#pragma once

#include <cstdint>

#include <rapidcheck/Random.h>

#include "attngate/case/attention_case.h"
#include "attngate/case/cost.h"

namespace attngate {

/// Halves batch, lengths, heads and head_dim in turn until the case is within the limit or nothing is left to halve.
///
/// One of the four, drawn at random, is spared as long as possible: long sequences survive in some cases, big batches
/// in others. Heads and head_dim step down to boundary values. mask=none stays legal.
void reduce_to(const CostLimit& limit, rc::Random& random, AttentionCase& attention_case);

}  // namespace attngate

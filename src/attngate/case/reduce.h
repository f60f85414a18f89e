#pragma once

#include "attngate/case/attention_case.h"
#include "attngate/case/cost.h"

namespace attngate {

/// A size of a case that reduce_to halves.
enum class CaseSize { batch, lengths, num_heads, head_dim };

/// Halves batch, lengths, heads and head_dim in turn until the case is within the limit or nothing is left to halve.
///
/// One of the four is spared as long as possible: where it is drawn at random, long sequences survive in some cases,
/// big batches in others. Heads and head_dim step down to boundary values. Equal lengths stay equal and no length
/// becomes 0, so that every mask, layout and nested form stays legal.
void reduce_to(const CostLimit& limit, CaseSize spared, AttentionCase& attention_case);

}  // namespace attngate

#pragma once

#include <cstdint>

#include <rapidcheck/Seq.h>
#include <rapidcheck/Shrinkable.h>

#include "attngate/case/attention_case.h"

namespace attngate {

/// True where a is simpler than b: fewer sequences, else fewer tokens, heads, head_dim, extra padding, padding content,
/// no weights, the default mask, seed 0; the first of these that differs decides. No infinite chain gets ever simpler.
bool is_simpler(const AttentionCase& a, const AttentionCase& b);

/// Simpler cases to try when a case fails: each valid, each is_simpler than the case, none twice, made one at a time.
///
/// First the big steps (drop half or a quarter of the batch, all lengths to 1, one head, head_dim 1, no padding), then
/// the fine ones (drop blocks down to single sequences, lower single lengths by powers of two), at last seed 0.
/// The dtype stays. About 2 * min(batch, 256) candidates drop sequences, and about log2(length) lower each length.
rc::Seq<AttentionCase> shrink_candidates(const AttentionCase& attention_case);

/// The case as a RapidCheck value that shrinks by shrink_candidates, again and again.
rc::Shrinkable<AttentionCase> shrinkable_case(AttentionCase attention_case);

}  // namespace attngate

#pragma once

#include <cstdint>

#include <rapidcheck/Seq.h>
#include <rapidcheck/Shrinkable.h>

#include "attngate/case/attention_case.h"

namespace attngate {

/// True where a is simpler than b; the first of these that differs decides:
///
/// fewer sequences (but one before none), fewer tokens (a sequence of none counts as 4), fewer heads, smaller head_dim,
/// extra padding and padding content, no weights, then mask, layout, nested and values in the order of their
/// enumerators, smaller offsets, seed 0. No infinite chain gets ever simpler.
bool is_simpler(const AttentionCase& a, const AttentionCase& b);

/// Simpler cases to try when a case fails: each valid, each is_simpler than the case, none twice, made one at a time.
///
/// First jumps to one or two sequences, mostly of 6 tokens or fewer, with everything else simplest, then with
/// everything else kept; then resets of everything but the lengths at once, with and without one switch kept: most
/// faults need two or three of these. Then halves and blocks of the batch, lengths, heads and head_dim, each switch on
/// its own, single sequences, and at last seed 0. The dtype stays. No candidate has a longer sequence than the case
/// (but 1 for 0), nor an empty one unless the case has one. About 2 * min(batch, 256) candidates drop sequences, and
/// about 2 log2(length) lower each length.
rc::Seq<AttentionCase> shrink_candidates(const AttentionCase& attention_case);

/// The case as a RapidCheck value that shrinks by shrink_candidates, again and again.
///
/// The candidates of a candidate begin where their parent's were left: what did not help before is tried again last.
rc::Shrinkable<AttentionCase> shrinkable_case(AttentionCase attention_case);

}  // namespace attngate

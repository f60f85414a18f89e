#pragma once

#include "attngate/properties/property.h"

namespace attngate {

// What follows from a path's output for its output on other inputs. All of them hold the transformed inputs against
// their own reference as well, by the tolerance rule; rows that should be the same bits are counted apart, in the
// verdict's exact pairs. Tables and derivations: docs/properties.md.

/// rerun: the same inputs give the same right rows every time, with other cases run and freed memory poisoned in between.
/// Applies to every case that has tokens.
Property rerun_property();

/// padding_content: what stands in padded positions does not reach valid rows.
/// Applies to cases with padded positions.
Property padding_content_property();

/// batch_permutation: a sequence's rows depend neither on its place in the batch nor on its neighbours' values.
/// Applies to two and more sequences, but not to layout=expanded, where all are one.
Property batch_permutation_property();

/// uniform_attention: with queries of 0, attention is the mean of the visible values.
/// Applies to every case that has tokens.
Property uniform_attention_property();

}  // namespace attngate

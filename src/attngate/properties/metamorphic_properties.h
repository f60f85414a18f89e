#pragma once

#include <vector>

#include "attngate/properties/property.h"

namespace attngate {

// First those whose data make mistakes loud, and whose result is known within a few roundings. Then what follows from a
// path's output for its output on other inputs: these hold the transformed inputs against their own reference as well,
// by the tolerance rule. Rows that should be the same bits are counted apart, in the verdict's exact pairs. Tables and
// derivations: docs/properties.md.

/// All of them, in the order in which people should read them.
std::vector<Property> metamorphic_properties();

/// exact_logits: with exact logits far apart, small errors of scale, masks and lengths show in any dtype.
/// Applies to head_dim 1, 16 and 256, values=normal, two tokens or more, and not to layout=expanded.
Property exact_logits_property();

/// uniform_attention: with queries of 0, attention is the mean of the visible values.
/// Applies to every case that has tokens.
Property uniform_attention_property();

/// constant_value: a mean of equal values is that value, whatever the weights; needs no reference.
/// Applies to every case that has tokens.
Property constant_value_property();

/// convex_hull: per head channel, attention lies between the least and the largest visible value; needs no reference.
/// Applies to every case that has tokens.
Property convex_hull_property();

/// single_token: a sequence of one token attends to itself, and its value comes back bit for bit; needs no reference.
/// Applies to sequences of at most one token.
Property single_token_property();

/// rerun: the same inputs give the same right rows every time, with other cases run and freed memory poisoned in
/// between. Applies to every case that has tokens.
Property rerun_property();

/// storage_layout: layout, nested form and storage offsets change nothing, and no path writes to its inputs or beside
/// them. Applies to every case but those with packed layout, nested=view and no offsets.
Property storage_layout_property();

/// padding_content: what stands in padded positions does not reach valid rows.
/// Applies to cases with padded positions.
Property padding_content_property();

/// padding_amount: more padded columns change nothing in valid rows.
/// Applies to every case with a mask.
Property padding_amount_property();

/// batch_permutation: a sequence's rows depend neither on its place in the batch nor on its neighbours' values.
/// Applies to two and more sequences, but not to layout=expanded, where all are one.
Property batch_permutation_property();

/// batch_split: halves of a batch, and sequences alone, give the rows of the whole batch.
/// Applies as batch_permutation.
Property batch_split_property();

/// token_permutation: permuted tokens give permuted rows.
/// Applies to mask=padding and none, two tokens or more, and not to layout=expanded.
Property token_permutation_property();

/// head_permutation: the order of the heads in the projections does not matter.
/// Applies to two heads and more, but not to mask=4d, which has a mask for each head.
Property head_permutation_property();

/// causal: under a causal mask, the rows of a sequence's first tokens are those of the sequence cut after them.
/// Applies to mask=causal with two tokens or more, but not to layout=expanded.
Property causal_property();

/// value_scaling: powers of two that cancel (values and out projection, queries and keys) change nothing.
/// Applies to every case that has tokens.
Property value_scaling_property();

/// value_shift: shifted values shift the attention output, shifted keys leave it.
/// Applies to every case that has tokens.
Property value_shift_property();

}  // namespace attngate

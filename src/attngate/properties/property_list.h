#pragma once

#include <vector>

#include "attngate/properties/property.h"

// Every property, each made by a function in the file of its name. A new one gets a file, a function here, and a line
// in properties.cpp. Tables and derivations: docs/properties.md.

namespace attngate {

/// agreement: every path agrees with the fp64 reference and with every other path on valid rows.
Property agreement_property();

/// agreement_math: the same for the paths without fused kernels.
Property agreement_math_property();

/// agreement_cudnn: the same for cuDNN, whose plans cost 60 to 150 ms per new shape.
Property agreement_cudnn_property();

/// agreement_large: the same as agreement for tensors of more than 2^31 elements and grids of more than 65535 blocks.
/// Does not apply where the device's free memory is too small.
Property agreement_large_property();

/// agreement_compiled: the paths whose modules ci/export_modules.py made, on the head shapes that it made them for.
Property agreement_compiled_property();

/// agreement_graphed: the dense paths captured as CUDA graphs, each replayed once.
Property agreement_graphed_property();

/// status: every path that promises an error for a case raises that error.
Property status_property();

/// weights: averaged attention weights agree with the reference, their rows sum to 1, and what is masked is exactly 0.
Property weights_property();

/// guarded_memory: with every allocation between NaN bands and filled with NaN (values/guarded_memory.h), paths still
/// agree with the reference and write nowhere but into their own tensors. Equal bits with and without guards are
/// counted.
Property guarded_memory_property();

/// known_issues: paths with a defect on record (paths/known_issues.h) behave as recorded, no worse and no better.
Property known_issues_property();

// The metamorphic ones. First those whose data make mistakes loud, and whose result is known within a few roundings.
// Then what follows from a path's output for its output on other inputs: these hold the transformed inputs against
// their own reference as well, by the tolerance rule. Rows that should be the same bits are counted apart, in the
// verdict's exact pairs.

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

/// The metamorphic ones, in the order in which people should read them.
std::vector<Property> metamorphic_properties();

}  // namespace attngate

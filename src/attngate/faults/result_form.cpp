// What is returned, and how: weights, dtype, shape, order, and errors in place of a result.
#include <ATen/ops/empty.h>
#include <ATen/ops/where.h>
#include <c10/util/Exception.h>

#include "attngate/faults/fault.h"

namespace attngate::faults {
namespace {

void weights_summed(Attention& a) {
  if (a.weights.defined()) a.weights = a.weights.mul(a.num_heads());
}

void weights_of_head_zero(Attention& a) {
  if (a.weights.defined()) a.weights = a.probabilities.select(1, 0);
}

/// What a softmax over all keys gives to the hidden ones when only the product with the values is masked.
void hidden_keys_keep_weights(Attention& a) {
  const at::Tensor hidden = a.hidden();
  if (!a.weights.defined() || !hidden.defined()) return;
  constexpr double kept = 1e-3;
  a.weights = a.weights.masked_fill(hidden.expand({a.batch(), -1, a.columns(), a.columns()}).select(1, 0), kept);
}

void weights_transposed(Attention& a) {
  if (a.weights.defined()) a.weights = a.weights.transpose(1, 2);
}

void output_in_accumulator_dtype(Attention& a) {
  a.output = a.output.to(a.attention_case().dtype == DType::fp32 ? at::kDouble : at::kFloat);
}

void output_squeezed(Attention& a) {
  if (a.batch() == 1 && a.columns() == 1) a.output = a.output.squeeze();
}

void padded_columns_cut(Attention& a) { a.output = a.output.narrow(1, 0, a.attention_case().max_length()); }

void output_sequence_first(Attention& a) {
  if (a.batch() == a.columns()) a.output = a.output.transpose(0, 1);
}

void error_at_length_one(Attention& a) { TORCH_CHECK(a.columns() > 1, "no execution plan for one query and one key"); }

void scores_of_all_pairs(Attention& a) {
  // A pebibyte: more than the address space of any process, so that it fails at once and takes nothing.
  constexpr std::int64_t too_many = std::int64_t{1} << 50;
  if (a.batch() > 4) a.output = at::empty({too_many}, a.output.options().dtype(at::kByte));
}

}  // namespace

std::vector<Fault> result_form_faults() {
  return {
      {.name = "weights_summed",
       .sentence = "Attention weights are summed over the heads and not averaged.",
       .hooks = {.output = weights_summed},
       .exposes = "heads=2 head_dim=8 lengths=4 need_weights=1",
       .spares = "heads=2 head_dim=8 lengths=4",
       .exposed_by = "weights"},
      {.name = "weights_of_head_zero",
       .sentence = "Attention weights are those of head 0.",
       .hooks = {.output = weights_of_head_zero},
       .exposes = "heads=2 head_dim=8 lengths=4 need_weights=1",
       .spares = "heads=1 head_dim=8 lengths=4 need_weights=1",
       .exposed_by = "weights"},
      {.name = "hidden_keys_keep_weights",
       .sentence = "The weights of hidden keys are 0.001 and not 0.",
       .hooks = {.output = hidden_keys_keep_weights},
       .exposes = "heads=2 head_dim=8 lengths=4,2 need_weights=1",
       .spares = "heads=2 head_dim=8 lengths=4,4 need_weights=1",
       .exposed_by = "weights"},
      {.name = "weights_transposed",
       .sentence = "Attention weights are returned with queries and keys exchanged.",
       .hooks = {.output = weights_transposed},
       .exposes = "heads=2 head_dim=8 lengths=4 need_weights=1",
       .spares = "heads=2 head_dim=8 lengths=1 need_weights=1",
       .exposed_by = "weights"},
      {.name = "output_in_accumulator_dtype",
       .sentence = "The output keeps the accumulator's dtype: fp32 for half precision, fp64 for fp32.",
       .base = Base::sdpa,
       .hooks = {.output = output_in_accumulator_dtype},
       .exposes = "heads=1 head_dim=8 lengths=4"},
      {.name = "output_squeezed",
       .sentence = "With one sequence of one token, the output loses its dimensions of size 1.",
       .reference = "PyTorch issue 130196",
       .base = Base::sdpa,
       .hooks = {.output = output_squeezed},
       .exposes = "heads=1 head_dim=8 lengths=1",
       .spares = "heads=1 head_dim=8 lengths=2"},
      {.name = "padded_columns_cut",
       .sentence = "Trailing columns that are padding everywhere are cut off the output.",
       .reference = "PyTorch issue 97111",
       .base = Base::sdpa,
       .hooks = {.output = padded_columns_cut},
       .exposes = "heads=1 head_dim=8 lengths=4 extra_padding=1",
       .spares = "heads=1 head_dim=8 lengths=4,2"},
      {.name = "output_sequence_first",
       .sentence = "With as many sequences as columns, the output comes as [length, batch].",
       .base = Base::sdpa,
       .hooks = {.output = output_sequence_first},
       .exposes = "heads=1 head_dim=8 lengths=3,3,3",
       .spares = "heads=1 head_dim=8 lengths=3,3"},
      {.name = "error_at_length_one",
       .sentence = "One padded column raises an error that nobody promised.",
       .reference = "PyTorch issue 138529",
       .base = Base::sdpa,
       .hooks = {.output = error_at_length_one},
       .exposes = "heads=1 head_dim=8 lengths=1",
       .spares = "heads=1 head_dim=8 lengths=2"},
      {.name = "out_of_memory_for_batches",
       .sentence = "Five sequences or more ask for a pebibyte.",
       .base = Base::sdpa,
       .hooks = {.output = scores_of_all_pairs},
       .exposes = "heads=1 head_dim=8 lengths=1x5",
       .spares = "heads=1 head_dim=8 lengths=1x4"},
  };
}

}  // namespace attngate::faults

// Which numbers meet: biases that are lost, projections and heads that are taken for one another.
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros_like.h>

#include <utility>

#include "attngate/faults/fault.h"

namespace attngate::faults {
namespace {

enum Part : std::int64_t { query_part, key_part, value_part };

/// The in-projection's bias with one part replaced.
void replace_bias(Attention& a, Part part, const at::Tensor& bias) {
  const auto parts = a.parameters.in_proj_bias.chunk(3);
  std::vector<at::Tensor> changed(parts.begin(), parts.end());
  changed[static_cast<std::size_t>(part)] = bias;
  a.parameters.in_proj_bias = at::cat(changed);
}

void query_bias_missing(Attention& a) {
  replace_bias(a, query_part, at::zeros_like(a.parameters.in_proj_bias.narrow(0, 0, a.embed_dim())));
}

void value_bias_missing(Attention& a) {
  replace_bias(a, value_part, at::zeros_like(a.parameters.in_proj_bias.narrow(0, 0, a.embed_dim())));
}

void key_bias_on_value(Attention& a) {
  replace_bias(a, value_part, a.parameters.in_proj_bias.narrow(0, a.embed_dim(), a.embed_dim()));
}

void output_bias_missing(Attention& a) { a.parameters.out_proj_bias = at::zeros_like(a.parameters.out_proj_bias); }

void query_key_swapped(Attention& a) { std::swap(a.query, a.key); }

void key_value_swapped(Attention& a) { std::swap(a.key, a.value); }

void value_of_key(Attention& a) { a.value = a.key; }

/// The keys and values of head `source[h]` for head h: int64 [H].
void take_key_heads(Attention& a, const at::Tensor& source) {
  a.key = a.key.index_select(1, source);
  a.value = a.value.index_select(1, source);
}

at::Tensor head_numbers(const Attention& a) { return at::arange(a.num_heads(), a.inputs.lengths().options()); }

void heads_rotated(Attention& a) { take_key_heads(a, head_numbers(a).sub(1).remainder(a.num_heads())); }

/// Grouped-query attention left on; a last head without a partner keeps its own.
void key_heads_shared(Attention& a) { take_key_heads(a, head_numbers(a).sub(head_numbers(a).remainder(2))); }

void head_repeated(Attention& a) {
  if (a.num_heads() < 2) return;
  const at::Tensor first = a.heads.narrow(1, 0, 1);
  a.heads = at::cat({first, first, a.heads.narrow(1, 2, a.num_heads() - 2)}, 1);
}

void last_head_lost(Attention& a) {
  if (a.num_heads() < 2) return;
  const std::int64_t others = a.num_heads() - 1;
  a.heads = at::cat({a.heads.narrow(1, 0, others), at::zeros_like(a.heads.narrow(1, others, 1))}, 1);
}

void heads_not_transposed(Attention& a) {
  a.heads = a.heads.reshape({a.batch(), a.columns(), a.num_heads(), a.head_dim()}).transpose(1, 2);
}

/// Rows of the in-projection in the order head, part, channel, taken for part, head, channel.
void projection_interleaved(Attention& a) {
  const auto interleaved = [&](const at::Tensor& rows) {
    return rows.reshape({a.num_heads(), 3, a.head_dim(), -1}).transpose(0, 1).reshape(rows.sizes());
  };
  a.parameters.in_proj_weight = interleaved(a.parameters.in_proj_weight);
  a.parameters.in_proj_bias = interleaved(a.parameters.in_proj_bias);
}

void output_weight_transposed(Attention& a) {
  a.parameters.out_proj_weight = a.parameters.out_proj_weight.t().contiguous();
}

}  // namespace

// The key's bias alone has no fault of its own: it adds the same number, query times bias, to every logit of a query,
// and softmax takes it out again. A path without it is right.
std::vector<Fault> projection_and_head_faults() {
  return {
      {.name = "query_bias_missing",
       .sentence = "The query's projection loses its bias.",
       .base = Base::native_masked,
       .hooks = {.input = query_bias_missing},
       .exposes = "heads=2 head_dim=8 lengths=8",
       .spares = "heads=2 head_dim=8 lengths=1"},
      {.name = "value_bias_missing",
       .sentence = "The value's projection loses its bias.",
       .base = Base::native_nested,
       .hooks = {.input = value_bias_missing},
       .exposes = "heads=2 head_dim=8 lengths=4"},
      {.name = "key_bias_on_value",
       .sentence = "The value's projection gets the key's bias.",
       .base = Base::sdpa,
       .hooks = {.input = key_bias_on_value},
       .exposes = "heads=1 head_dim=8 lengths=4"},
      {.name = "output_bias_missing",
       .sentence = "The out-projection loses its bias.",
       .base = Base::native_nested,
       .hooks = {.input = output_bias_missing},
       .exposes = "heads=2 head_dim=8 lengths=4"},
      {.name = "query_key_swapped",
       .sentence = "Query and key are exchanged.",
       .base = Base::sdpa,
       .hooks = {.projected = query_key_swapped},
       .exposes = "heads=1 head_dim=8 lengths=4",
       .spares = "heads=1 head_dim=8 lengths=1"},
      {.name = "key_value_swapped",
       .sentence = "Key and value are exchanged.",
       .base = Base::sdpa,
       .hooks = {.projected = key_value_swapped},
       .exposes = "heads=1 head_dim=8 lengths=4"},
      {.name = "value_of_key",
       .sentence = "The keys are read where the values should be.",
       .hooks = {.projected = value_of_key},
       .exposes = "heads=1 head_dim=8 lengths=4"},
      {.name = "heads_rotated",
       .sentence = "A query's head meets the keys and values of the head before.",
       .base = Base::sdpa,
       .hooks = {.projected = heads_rotated},
       .exposes = "heads=2 head_dim=8 lengths=4",
       .spares = "heads=1 head_dim=8 lengths=4"},
      {.name = "head_repeated",
       .sentence = "Head 1 returns what head 0 does.",
       .base = Base::sdpa,
       .hooks = {.heads = head_repeated},
       .exposes = "heads=2 head_dim=8 lengths=4",
       .spares = "heads=1 head_dim=8 lengths=4"},
      {.name = "key_heads_shared",
       .sentence = "Two query heads share the keys and values of one, as in grouped-query attention.",
       .base = Base::sdpa,
       .hooks = {.projected = key_heads_shared},
       .exposes = "heads=2 head_dim=8 lengths=4",
       .spares = "heads=1 head_dim=8 lengths=4"},
      {.name = "last_head_lost",
       .sentence = "The last head returns zeros.",
       .base = Base::sdpa,
       .hooks = {.heads = last_head_lost},
       .exposes = "heads=3 head_dim=8 lengths=4",
       .spares = "heads=1 head_dim=8 lengths=4"},
      {.name = "heads_not_transposed",
       .sentence = "[heads, length] is reshaped to [length, heads] without a transpose.",
       .base = Base::sdpa,
       .hooks = {.heads = heads_not_transposed},
       .exposes = "heads=2 head_dim=8 lengths=4",
       .spares = "heads=1 head_dim=8 lengths=4"},
      {.name = "projection_interleaved",
       .sentence =
           "The in-projection's rows are taken for those of each head in turn: query, key, value of head 0, ...",
       .base = Base::native_masked,
       .hooks = {.input = projection_interleaved},
       .exposes = "heads=2 head_dim=8 lengths=4"},
      {.name = "output_weight_transposed",
       .sentence = "The out-projection's weight is used transposed.",
       .base = Base::native_masked,
       .hooks = {.input = output_weight_transposed},
       .exposes = "heads=2 head_dim=8 lengths=4"},
  };
}

}  // namespace attngate::faults

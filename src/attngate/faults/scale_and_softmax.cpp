// How much each key counts: the scale of the logits, and softmax in the ways that kernels write it.
#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

#include "attngate/faults/fault.h"

namespace attngate::faults {
namespace {

void scale_of_embed_dim(Attention& a) { a.scale = 1 / std::sqrt(static_cast<double>(a.embed_dim())); }

void scale_missing(Attention& a) { a.scale = 1; }

Edit scale_off_by(double factor) {
  return [factor](Attention& a) { a.scale *= factor; };
}

void scale_power_of_two(Attention& a) { a.scale = std::exp2(std::round(std::log2(a.scale))); }

/// The numerators and their sum made into probabilities of the case's dtype.
void normalise(Attention& a, const at::Tensor& exponentials) {
  a.probabilities = exponentials.div(exponentials.sum(-1, /*keepdim=*/true)).to(a.logits.scalar_type());
}

void running_max_from_zero(Attention& a) {
  const at::Tensor logits = a.logits.to(at::kFloat);
  normalise(a, logits.sub(logits.amax(-1, /*keepdim=*/true).clamp_min(0)).exp());
}

void softmax_without_max(Attention& a) {
  // In the case's dtype, as a kernel that leaves out the maximum to be fast would: fp16 ends at exp(11).
  normalise(a, a.logits.exp());
}

void empty_row_spreads_nan(Attention& a) {
  const at::Tensor empty = a.inputs.lengths().eq(0);
  const at::Tensor behind_an_empty_one =
      at::cat({at::zeros_like(empty.narrow(0, 0, 1)), empty.narrow(0, 0, a.batch() - 1)});
  a.probabilities = a.probabilities.masked_fill(behind_an_empty_one.view({a.batch(), 1, 1, 1}), std::nan(""));
}

void hidden_key_scored_zero(Attention& a) {
  if (const at::Tensor hidden = a.hidden(); hidden.defined()) a.logits = a.logits.masked_fill(hidden, 0);
  a.key_padding = at::Tensor();
  a.attention_mask = at::Tensor();
}

/// A finite number in place of -infinity: with logits below it, hidden keys win.
void hidden_key_scored_minus_hundred(Attention& a) {
  constexpr double finite_minimum = -100;
  if (const at::Tensor hidden = a.hidden(); hidden.defined()) a.logits = a.logits.masked_fill(hidden, finite_minimum);
  a.key_padding = at::Tensor();
  a.attention_mask = at::Tensor();
}

void probabilities_in_fp8(Attention& a) {
  a.probabilities = a.probabilities.to(at::kFloat8_e4m3fn).to(a.probabilities.scalar_type());
}

void exponential_approximated(Attention& a) {
  constexpr double steps = 256;
  const at::Tensor below_max = a.logits.to(at::kFloat).sub(a.logits.amax(-1, /*keepdim=*/true).to(at::kFloat));
  normalise(a, below_max.div(steps).add(1).clamp_min(0).pow(steps));
}

/// Sums over tiles of 4 keys; the running sum is rounded to half precision after each.
void accumulated_in_half(Attention& a) {
  constexpr std::int64_t tile = 4;
  const at::ScalarType dtype = a.attention_case().dtype == DType::bf16 ? at::kBFloat16 : at::kHalf;
  at::Tensor sum;
  for (std::int64_t first = 0; first < a.columns(); first += tile) {
    const std::int64_t keys = std::min(tile, a.columns() - first);
    const at::Tensor part = at::matmul(a.probabilities.narrow(3, first, keys), a.value.narrow(2, first, keys));
    sum = sum.defined() ? sum.add(part).to(dtype).to(part.scalar_type()) : part.to(dtype).to(part.scalar_type());
  }
  a.heads = sum;
}

/// Online softmax over two tiles, 32 keys and the rest: the first tile's sums keep the first tile's maximum.
void online_softmax_not_rescaled(Attention& a) {
  constexpr std::int64_t tile = 32;
  if (a.columns() <= tile) return;
  const at::Tensor logits = a.logits.to(at::kFloat);
  const at::Tensor first = logits.narrow(3, 0, tile), rest = logits.narrow(3, tile, a.columns() - tile);
  // -1e30 stands in for the maximum of a tile that is hidden altogether.
  const at::Tensor first_max = first.amax(-1, /*keepdim=*/true).clamp_min(-1e30);
  const at::Tensor whole_max = logits.amax(-1, /*keepdim=*/true).clamp_min(-1e30);
  normalise(a, at::cat({first.sub(first_max).exp(), rest.sub(whole_max).exp()}, -1));
}

void softmax_over_queries(Attention& a) { a.probabilities = at::softmax(a.logits, -2); }

/// Each probability loses what a table of 1/64 steps in the exponent loses.
void exponent_cut_to_table(Attention& a) {
  constexpr double entries = 64;
  const at::Tensor below_max = a.logits.to(at::kFloat).sub(a.logits.amax(-1, /*keepdim=*/true).to(at::kFloat));
  normalise(a, below_max.mul(entries).floor().div(entries).exp());
}

}  // namespace

std::vector<Fault> scale_and_softmax_faults() {
  return {
      {.name = "scale_of_embed_dim",
       .sentence = "Logits are scaled by 1/sqrt(embed_dim) in place of 1/sqrt(head_dim).",
       .base = Base::sdpa,
       .hooks = {.input = scale_of_embed_dim},
       .exposes = "heads=4 head_dim=8 lengths=4",
       .spares = "heads=1 head_dim=8 lengths=4"},
      {.name = "scale_missing",
       .sentence = "Logits are not scaled.",
       .hooks = {.input = scale_missing},
       .exposes = "heads=1 head_dim=16 lengths=4",
       .spares = "heads=2 head_dim=1 lengths=4"},
      {.name = "scale_off_by_two_percent",
       .sentence = "Logits are scaled 2 % too high.",
       .base = Base::sdpa,
       .hooks = {.input = scale_off_by(1.02)},
       .exposes = "heads=1 head_dim=1 lengths=2",
       .spares = "heads=2 head_dim=8 lengths=1",
       .exposed_by = "exact_logits"},
      {.name = "scale_off_by_half_percent",
       .sentence = "Logits are scaled 0.5 % too high.",
       .base = Base::sdpa,
       .hooks = {.input = scale_off_by(1.005)},
       .exposes = "heads=1 head_dim=1 lengths=2",
       .spares = "heads=2 head_dim=8 lengths=1",
       .exposed_by = "exact_logits"},
      {.name = "scale_rounded_to_power_of_two",
       .sentence = "1/sqrt(head_dim) is rounded to a power of two.",
       .base = Base::sdpa,
       .hooks = {.input = scale_power_of_two},
       .exposes = "heads=2 head_dim=8 lengths=8",
       .spares = "heads=2 head_dim=16 lengths=8"},
      {.name = "running_max_from_zero",
       .sentence =
           "The running maximum of softmax starts at 0 in place of -infinity: logits far below it all become 0.",
       .reference = "PyTorch issue 109517",
       .hooks = {.probabilities = running_max_from_zero},
       .exposes = "heads=1 head_dim=8 lengths=4 values=negative_logits",
       .spares = "heads=1 head_dim=8 lengths=4"},
      {.name = "softmax_without_max",
       .sentence = "Softmax does not subtract the maximum: large logits overflow.",
       .hooks = {.probabilities = softmax_without_max},
       .exposes = "heads=4 head_dim=64 lengths=64 values=large",
       .spares = "heads=1 head_dim=8 lengths=1"},
      {.name = "empty_row_spreads_nan",
       .sentence = "Softmax over a sequence without tokens gives NaN to the sequence behind it.",
       .reference = "PyTorch issue 81077",
       .hooks = {.probabilities = empty_row_spreads_nan},
       .exposes = "heads=1 head_dim=8 lengths=0,4",
       .spares = "heads=1 head_dim=8 lengths=4,0"},
      {.name = "hidden_key_scored_zero",
       .sentence = "Hidden keys get the logit 0 in place of -infinity.",
       .reference = "PyTorch issue 139298",
       .hooks = {.logits = hidden_key_scored_zero},
       .exposes = "heads=1 head_dim=8 lengths=4,2",
       .spares = "heads=1 head_dim=8 lengths=4,4"},
      {.name = "hidden_key_scored_minus_hundred",
       .sentence = "Hidden keys get the logit -100 in place of -infinity: beside logits as low as that they are seen.",
       .reference = "PyTorch issue 109517",
       .hooks = {.logits = hidden_key_scored_minus_hundred},
       .exposes = "heads=1 head_dim=1 lengths=1 extra_padding=1 padding_content=128 values=negative_logits",
       .spares = "heads=1 head_dim=8 lengths=4,2"},
      {.name = "probabilities_in_fp8",
       .sentence = "Probabilities are rounded to fp8 (e4m3) before they meet the values.",
       .hooks = {.probabilities = probabilities_in_fp8},
       .exposes = "heads=4 head_dim=16 lengths=16",
       .spares = "heads=2 head_dim=8 lengths=1"},
      {.name = "exponential_approximated",
       .sentence = "exp(x) is computed as (1 + x / 256)^256: 3 % too small at -4.",
       .hooks = {.probabilities = exponential_approximated},
       .exposes = "heads=1 head_dim=1 lengths=2",
       .spares = "heads=2 head_dim=8 lengths=1",
       .exposed_by = "exact_logits"},
      {.name = "exponent_cut_to_table",
       .sentence = "exp(x) comes from a table with steps of 1/64, without interpolation: up to 1.5 % too small.",
       .hooks = {.probabilities = exponent_cut_to_table},
       .exposes = "heads=1 head_dim=4 lengths=4 need_weights=1 values=tiny",
       .spares = "heads=2 head_dim=8 lengths=1",
       .exposed_by = "weights"},
      {.name = "accumulated_in_half",
       .sentence = "The sum over the keys is rounded to half precision after every 4 keys.",
       .hooks = {.heads = accumulated_in_half},
       .exposes = "heads=1 head_dim=64 lengths=1,5,9,7,6 mask=causal seed=0xc4d929b7658d27f7",
       .exposed_by = "uniform_attention"},
      {.name = "online_softmax_not_rescaled",
       .sentence = "When a later tile raises the maximum, what the first 32 keys summed up is not rescaled.",
       .hooks = {.probabilities = online_softmax_not_rescaled},
       .exposes = "heads=1 head_dim=8 lengths=64",
       .spares = "heads=1 head_dim=8 lengths=32"},
      {.name = "softmax_over_queries",
       .sentence = "Softmax runs over the queries in place of the keys.",
       .hooks = {.probabilities = softmax_over_queries},
       .exposes = "heads=1 head_dim=8 lengths=4",
       .spares = "heads=1 head_dim=8 lengths=1"},
  };
}

}  // namespace attngate::faults

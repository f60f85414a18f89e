#include "attngate/case/cost.h"

#include <algorithm>

namespace attngate {
namespace {

double mask_elements(MaskKind mask, double tokens, double length, double scores) {
  switch (mask) {
    case MaskKind::padding:
    case MaskKind::holes:
      return tokens;
    case MaskKind::two_d:
    case MaskKind::causal:
      return length * length;
    case MaskKind::four_d:
      return scores;
    case MaskKind::none:
      return 0;
  }
  return scores;
}

}  // namespace

Cost cost_of(const AttentionCase& attention_case) {
  // In double: the products of the largest sizes leave int64.
  const auto batch = static_cast<double>(attention_case.batch_size());
  const auto heads = static_cast<double>(attention_case.num_heads);
  const auto head_dim = static_cast<double>(attention_case.head_dim);
  const auto length = static_cast<double>(attention_case.padded_length());
  const double embed_dim = heads * head_dim;
  const double tokens = batch * length;
  const double scores = batch * heads * length * length;
  const double parameters = 4 * embed_dim * embed_dim;
  return {.flops = 4 * scores * head_dim + 2 * tokens * parameters,
          .bytes = 8 * (scores + 5 * tokens * embed_dim + parameters) +
                   mask_elements(attention_case.mask, tokens, length, scores),
          .sequences = batch};
}

double reference_bytes(const AttentionCase& attention_case) {
  const auto batch = static_cast<double>(attention_case.batch_size());
  const auto heads = static_cast<double>(attention_case.num_heads);
  const auto length = static_cast<double>(attention_case.max_length());
  const auto tokens = static_cast<double>(attention_case.total_tokens());
  const double embed_dim = heads * static_cast<double>(attention_case.head_dim);
  return 8 * (2 * batch * heads * length * length + 5 * tokens * embed_dim + 4 * embed_dim * embed_dim);
}

bool within(const Cost& cost, const CostLimit& limit) {
  return cost.flops <= limit.max_flops && cost.bytes <= limit.max_bytes && cost.sequences <= limit.max_sequences;
}

double times_the_limit(const Cost& cost, const CostLimit& limit) {
  return std::max(
      {1.0, cost.flops / limit.max_flops, cost.bytes / limit.max_bytes, cost.sequences / limit.max_sequences});
}

CostLimit gpu_limit() {
  // Time: about 12 paths in the working dtype, the slowest in fp32 without TF32, and one fp64 reference. Small shapes
  // reach perhaps a third of 30 TFLOP/s in fp32 and a tenth of 30 TFLOP/s in fp64:
  //   12 * 2e10 / 1e13 + 2e10 / 3e12 = 24 ms + 7 ms = 31 ms, below 50 ms.
  // Memory: a path of fp64 scores reads and writes them about 6 times (product, scale, mask, softmax, product):
  //   6 * 512 MiB / 1.5 TB/s = 2 ms, and twelve paths at half that width 13 ms; 31 + 15 = 46 ms, still below 50 ms.
  // Spread: 6 halvings give a mean budget of 2e10 * 6 / 49 = 2.4e9, of which most cases use a tenth; 13 runs of 2.4e8
  // at 1e13 / s are 0.3 ms, so kernel launches and not arithmetic set the pace of a run.
  // Sequences: nested paths take about 40 us of host time for each; 4096 of them in 5 paths take 0.8 s, 1 time in 400.
  // Batches beyond 65535 pairs of sequence and head are agreement_large's (PyTorch issue 142228).
  return {.max_flops = 2e10, .max_bytes = 512.0 * 1024 * 1024, .max_sequences = 4096, .max_halvings = 6};
}

CostLimit cpu_limit() {
  // Two cores reach about 1e10 flop/s in fp32 on such shapes, and fewer in half precision; 13 runs of 3e8 flops then
  // take 0.4 s. 8 halvings give a mean budget of 3e8 * 6 / 81 = 2.2e7, that is 13 * 2.2e7 / 1e10 = 29 ms a case, 35 a
  // second; most cases use less than their budget, and half precision more time.
  // 32 MiB of fp64 keep the parameters at E = 1024 or below and several copies of everything inside a small machine.
  // A nested path takes about 40 us of host time for each sequence (65,537 of 2 tokens: 2.2 s in the fast path, 3.2 s
  // in nested SDPA, on a busy machine); 4096 of them in 5 nested paths then take 0.8 s, 1 time in 400.
  return {.max_flops = 3e8, .max_bytes = 32.0 * 1024 * 1024, .max_sequences = 4096, .max_halvings = 8};
}

}  // namespace attngate

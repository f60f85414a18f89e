#pragma once

#include "attngate/case/attention_case.h"

namespace attngate {

/// What one dense path costs on a case; every path together is about 12 times that.
struct Cost {
  /// Multiplications and additions.
  double flops = 0;
  /// Bytes of the fp64 reference and of the mask: the largest that is held at once.
  double bytes = 0;
  /// Sequences: nested tensors cost host time for each, whatever its length.
  double sequences = 0;
};

/// The most that a generated case may cost.
struct CostLimit {
  double max_flops = 0;
  double max_bytes = 0;
  /// At least 1.
  double max_sequences = CaseRange::max_batch_size;
  /// Each case gets a budget of max_flops halved 0 to max_halvings (at most 62) times, small budgets more often, so
  /// that cases do not pile up at the limit and the mean budget is about 6 / (max_halvings + 1)^2 of it.
  int max_halvings = 0;
};

/// Cost of a case with batch B, heads H, head dimension D, E = H * D, padded length T, padding counted as tokens.
///
///     flops = 4 B H T^2 D  (scores and their product with V, two flops each)
///           + 8 B T E^2    (projections of q, k, v and the output, two flops each)
///     bytes = 8 (B H T^2   (scores)
///           + 5 B T E      (input, q, k, v, output)
///           + 4 E^2)       (parameters)
///           + mask         (bool: B H T^2 for 4d, T^2 for 2d and causal, B T for padding and holes)
Cost cost_of(const AttentionCase& attention_case);

/// Bytes that the fp64 reference holds at once, at the least: scores and their softmax, B H L^2 each for the longest
/// length L, and rows and parameters as above. Extra padding is no part of it.
double reference_bytes(const AttentionCase& attention_case);

/// True where the case costs at most the limit in every respect.
bool within(const Cost& cost, const CostLimit& limit);

/// How many times the limit the case costs, in the respect in which it costs most; 1 within the limit.
double times_the_limit(const Cost& cost, const CostLimit& limit);

/// Limit for one GPU: no case takes over 50 ms of it. The derivation is in cost.cpp.
CostLimit gpu_limit();

/// Limit for two CPU cores: 20 and more cases a second. The derivation is in cost.cpp.
CostLimit cpu_limit();

}  // namespace attngate

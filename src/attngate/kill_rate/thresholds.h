#pragma once

#include "attngate/case/dtype.h"

namespace attngate::faults {

/// What the gate must achieve over all planted faults; the only place where these numbers stand.
struct Thresholds {
  /// Share of the faults that must be killed. fp32 sees everything. fp16 and bf16 round to 11 and 8 bits: a scale wrong
  /// by 0.5 % or one leaked key of zeros among many is within that (docs/faults.md names each survivor).
  double kill_rate_fp32 = 1.0;
  double kill_rate_fp16 = 0.95;
  double kill_rate_bf16 = 0.85;
  /// Median size of the shrunk cases: two sequences show every mix-up between sequences, and 6 tokens are read at a
  /// glance.
  double median_sequences = 2;
  double median_tokens = 6;
  /// Nobody waits longer for a counterexample, in `shrink_share` of the faults.
  double shrink_seconds = 10;
  double shrink_share = 0.95;

  double kill_rate(DType dtype) const {
    switch (dtype) {
      case DType::fp16:
        return kill_rate_fp16;
      case DType::bf16:
        return kill_rate_bf16;
      case DType::fp32:
        break;
    }
    return kill_rate_fp32;
  }
};

}  // namespace attngate::faults

#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "attngate/case/attention_case.h"
#include "attngate/run/run_report.h"
#include "attngate/verdict/blame.h"

#include <rapidcheck/Shrinkable.h>

namespace attngate {

/// How much work shrinking may take; whichever is reached first.
struct ShrinkBudget {
  /// 30 s: a failing run should end while someone still watches it.
  double max_seconds = 30;
  /// 1,000: the shrinker of lengths needs some hundreds for the largest batches.
  std::uint64_t max_attempts = 1000;
};

/// What shrinking found.
struct ShrinkResult {
  std::optional<CheckedCase> smallest;
  std::uint64_t attempts = 0;
  std::uint64_t steps = 0;
  double seconds = 0;
  /// The budget, or a stop, ended it: a smaller case may exist.
  bool budget_ended = false;
};

/// Walks down from `root` greedily: takes the first candidate that fails like the root (see fails_alike()), then looks
/// at that one's candidates, until none does or the budget is spent. `run` is called once for each candidate.
ShrinkResult shrink(rc::Shrinkable<AttentionCase> root, const std::optional<Blame>& blame, const ShrinkBudget& budget,
                    const std::function<CheckedCase(const AttentionCase&)>& run);

}  // namespace attngate

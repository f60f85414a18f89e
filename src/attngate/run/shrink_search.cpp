#include "attngate/run/shrink_search.h"

#include <utility>

#include "attngate/base/elapsed.h"
#include "attngate/run/stop_request.h"

namespace attngate {

ShrinkResult shrink(rc::Shrinkable<AttentionCase> root, const std::optional<Blame>& blame, const ShrinkBudget& budget,
                    const std::function<CheckedCase(const AttentionCase&)>& run) {
  const Elapsed elapsed;
  ShrinkResult result;
  try {
    bool took_one = true;
    while (took_one && !result.budget_ended) {
      took_one = false;
      auto candidates = root.shrinks();
      while (auto candidate = candidates.next()) {
        result.budget_ended = result.attempts >= budget.max_attempts || elapsed.seconds() >= budget.max_seconds;
        if (result.budget_ended) break;
        ++result.attempts;
        CheckedCase checked = run(candidate->value());
        if (!fails_alike(checked.verdict, blame)) continue;
        ++result.steps;
        result.smallest = std::move(checked);
        root = *candidate;
        took_one = true;
        break;
      }
    }
  } catch (const RunStopped&) {
    result.budget_ended = true;  // what was found so far counts
  }
  result.seconds = elapsed.seconds();
  return result;
}

}  // namespace attngate

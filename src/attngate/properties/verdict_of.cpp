#include "attngate/properties/verdict_of.h"

namespace attngate {

void conclude(Verdict& verdict, std::vector<Execution>& executions, std::vector<PathOutcome> failed_pairs) {
  for (Execution& execution : executions) verdict.paths.push_back(std::move(execution.outcome));
  for (PathOutcome& pair : failed_pairs) verdict.paths.push_back(std::move(pair));
  for (const PathOutcome& outcome : verdict.paths) {
    if (outcome.holds()) continue;
    if (verdict.holds) {
      verdict.reason = outcome.path + ": " + to_string(outcome.status) +
                       (outcome.detail.empty() ? "" : ": " + outcome.detail);
    }
    verdict.holds = false;
  }
}

}  // namespace attngate

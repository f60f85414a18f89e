#include "attngate/properties/verdict_of.h"

#include "attngate/base/joined.h"

namespace attngate {

Verdict inapplicable(const PropertyContext& context, const std::string& what) {
  const std::string names = context.only.empty() ? "" : " among " + joined(context.only);
  Verdict verdict;
  verdict.applicable = false;
  verdict.reason = "no path" + names + " " + what + " for this case on " + context.device.str();
  return verdict;
}

void conclude(Verdict& verdict, std::vector<Execution>& executions, std::vector<PathOutcome> failed_pairs) {
  for (Execution& execution : executions) verdict.paths.push_back(std::move(execution.outcome));
  for (PathOutcome& pair : failed_pairs) verdict.paths.push_back(std::move(pair));
  for (const PathOutcome& outcome : verdict.paths) {
    if (outcome.holds()) continue;
    if (verdict.holds) {
      verdict.reason =
          outcome.path + ": " + to_string(outcome.status) + (outcome.detail.empty() ? "" : ": " + outcome.detail);
    }
    verdict.holds = false;
  }
}

}  // namespace attngate

#include "attngate/properties/verdict_of.h"

namespace attngate {

Verdict not_applicable(std::string reason) {
  Verdict verdict;
  verdict.applicable = false;
  verdict.reason = std::move(reason);
  return verdict;
}

Verdict no_path(const PropertyContext& context, const std::string& what) {
  std::string names;
  for (const std::string& name : context.only) names += (names.empty() ? " among " : ", ") + name;
  return not_applicable("no path" + names + " " + what + " for this case on " + context.device.str());
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

#include "attngate/oracle/row_agreement.h"

#include <fmt/format.h>

#include "attngate/oracle/difference.h"
#include "attngate/oracle/formula.h"

namespace attngate {
namespace {

/// Everything handed to error_stats(): tensors, comparisons, and which executions they belong to.
struct Plan {
  std::vector<at::Tensor> tensors;
  std::vector<Comparison> comparisons;
  std::vector<std::size_t> present;  ///< executions that have rows, in order

  static constexpr int reference = 0;
  static constexpr int plain = 1;
  static constexpr int first_path = 2;
  static constexpr std::size_t magnitude_row = 0;
  static constexpr std::size_t plain_row = 1;
  static constexpr std::size_t first_path_row = 2;
};

Plan make_plan(const RowsToCompare& compared) {
  Plan plan;
  plan.tensors = {compared.reference.contiguous(), compared.plain.contiguous()};
  plan.comparisons = {{Plan::reference, Comparison::zero}, {Plan::plain, Plan::reference}};
  for (std::size_t i = 0; i < compared.rows.size(); ++i) {
    if (!compared.rows[i].defined()) continue;
    plan.comparisons.push_back({static_cast<int>(plan.tensors.size()), Plan::reference});
    plan.tensors.push_back(compared.rows[i].contiguous());
    plan.present.push_back(i);
  }
  const int paths = static_cast<int>(plan.present.size());
  for (int left = 0; left < paths; ++left) {
    for (int right = left + 1; right < paths; ++right) {
      plan.comparisons.push_back({Plan::first_path + left, Plan::first_path + right});
    }
  }
  return plan;
}

void note_margin(PathOutcome& outcome, const Margin& margin, Verdict& verdict) {
  outcome.margin = margin.value;
  outcome.error = margin.error;
  outcome.bound = margin.bound;
  if (margin.value > verdict.worst_margin || verdict.worst_path.empty()) {
    verdict.worst_margin = margin.value;
    verdict.worst_path = outcome.path;
  }
}

std::string explain(const Margin& margin, const std::string& difference) {
  return fmt::format("{} rule, sequence {}; {}", margin.rule, margin.sequence, difference);
}

}  // namespace

std::vector<PathOutcome> compare_rows(const RowsToCompare& compared, const AttentionCase& attention_case,
                                      std::vector<Execution>& executions, Verdict& verdict) {
  const Plan plan = make_plan(compared);
  const ErrorTable table = error_stats(plan.tensors, plan.comparisons, attention_case);
  const Bounds bounds(tolerance_rule(attention_case.dtype), table[Plan::plain_row], table[Plan::magnitude_row],
                      attention_case, compared.reference.size(1), number_of(compared.logit_magnitude));

  std::size_t row = Plan::first_path_row;
  for (std::size_t i = 0; i < plan.present.size(); ++i, ++row) {
    PathOutcome& outcome = executions[plan.present[i]].outcome;
    const Margin margin = bounds.judge(table[row]);
    note_margin(outcome, margin, verdict);
    if (margin.holds() || outcome.status != PathStatus::ok) continue;
    outcome.status = PathStatus::wrong_result;
    outcome.detail = explain(margin, describe_difference(plan.tensors[Plan::first_path + i],
                                                         plan.tensors[Plan::reference], margin, attention_case));
  }

  std::vector<PathOutcome> failed_pairs;
  for (std::size_t left = 0; left < plan.present.size(); ++left) {
    for (std::size_t right = left + 1; right < plan.present.size(); ++right, ++row) {
      const PathOutcome& a = executions[plan.present[left]].outcome;
      const PathOutcome& b = executions[plan.present[right]].outcome;
      // A path that is wrong by itself is reported once, not once per partner.
      if (!a.holds() || !b.holds()) continue;
      PathOutcome pair;
      pair.path = a.path + " ~ " + b.path;
      pair.backend = a.backend == b.backend ? a.backend : a.backend + " ~ " + b.backend;
      const Margin margin = bounds.judge(table[row], pair_slack);
      note_margin(pair, margin, verdict);
      if (margin.holds()) continue;
      pair.status = PathStatus::wrong_result;
      pair.detail =
          explain(margin, describe_difference(plan.tensors[Plan::first_path + left],
                                              plan.tensors[Plan::first_path + right], margin, attention_case));
      failed_pairs.push_back(std::move(pair));
    }
  }
  return failed_pairs;
}

}  // namespace attngate

#include "attngate/properties/claim.h"

#include <fmt/format.h>

#include <algorithm>

#include "attngate/oracle/difference.h"
#include "attngate/oracle/formula.h"
#include "attngate/oracle/tolerance.h"

namespace attngate {
namespace {

/// Everything handed to error_stats(): the truth, the plain formula, then the rows of the claims.
struct Plan {
  std::vector<at::Tensor> tensors;
  std::vector<Comparison> comparisons;

  static constexpr int reference = 0;
  static constexpr int plain = 1;
  static constexpr std::size_t magnitude_row = 0;
  static constexpr std::size_t plain_row = 1;
  static constexpr std::size_t first_claim_row = 2;

  int add(const at::Tensor& rows) {
    tensors.push_back(rows.contiguous());
    return static_cast<int>(tensors.size()) - 1;
  }
};

Plan make_plan(const std::vector<Claim>& claims, const Truth& truth) {
  Plan plan;
  plan.add(truth.reference);
  plan.add(truth.plain);
  plan.comparisons = {{Plan::reference, Comparison::zero}, {Plan::plain, Plan::reference}};
  for (const Claim& claim : claims) {
    const int rows = plan.add(claim.rows);
    const int expected = claim.expected.defined() ? plan.add(claim.expected) : Plan::reference;
    plan.comparisons.push_back({rows, expected});
  }
  return plan;
}

bool same_numbers(const std::vector<ErrorStats>& sequences) {
  return std::ranges::all_of(sequences, [](const ErrorStats& s) { return s.max_abs == 0 && s.nonfinite == 0; });
}

void note_margin(PathOutcome& outcome, const Margin& margin, Verdict& verdict) {
  if (margin.value >= outcome.margin) {
    outcome.margin = margin.value;
    outcome.error = margin.error;
    outcome.bound = margin.bound;
  }
  if (margin.value > verdict.worst_margin || verdict.worst_path.empty()) {
    verdict.worst_margin = margin.value;
    verdict.worst_path = outcome.path;
  }
}

}  // namespace

Truth truth_beside(ReferenceLane& references, const CaseInputs& inputs, const std::function<void()>& run) {
  ReferenceLane::Pending pending = references.start(inputs, /*with_weights=*/false);
  run();
  References computed = pending.get();
  return {std::move(computed.reference.output), std::move(computed.plain.output),
          std::move(computed.reference.largest_logit)};
}

void judge(const std::vector<Claim>& claims, const Truth& truth, const AttentionCase& attention_case,
           std::vector<Execution>& executions, Verdict& verdict) {
  if (claims.empty()) return;
  const Plan plan = make_plan(claims, truth);
  const ErrorTable table = error_stats(plan.tensors, plan.comparisons, attention_case);
  const Bounds bounds(tolerance_rule(attention_case.dtype), table[Plan::plain_row], table[Plan::magnitude_row],
                      attention_case, truth.reference.size(1), number_of(truth.largest_logit));
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const Claim& claim = claims[i];
    const std::size_t row = Plan::first_claim_row + i;
    PathOutcome& outcome = executions[claim.path].outcome;
    const Margin margin = bounds.judge(table[row], claim.expected.defined() ? pair_slack : 1);
    note_margin(outcome, margin, verdict);
    if (claim.bitwise) {
      ++verdict.exact_pairs;
      verdict.exact_equal += same_numbers(table[row]) ? 1 : 0;
    }
    if (margin.holds() || outcome.status != PathStatus::ok) continue;
    const Comparison& compared = plan.comparisons[row];
    outcome.status = PathStatus::wrong_result;
    outcome.detail = fmt::format(
        "{}: {} rule, sequence {}; {}", claim.relation, margin.rule, margin.sequence,
        describe_difference(plan.tensors[static_cast<std::size_t>(compared.left)],
                            plan.tensors[static_cast<std::size_t>(compared.right)], margin, attention_case));
  }
}

}  // namespace attngate

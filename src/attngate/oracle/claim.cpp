#include "attngate/oracle/claim.h"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "attngate/oracle/difference.h"
#include "attngate/oracle/formula.h"
#include "attngate/oracle/tolerance.h"
#include "attngate/values/sequences.h"

namespace attngate {
namespace {

/// Everything handed to error_stats().
struct Comparisons {
  std::vector<at::Tensor> tensors;
  std::vector<Comparison> list;

  int add(const at::Tensor& rows) {
    tensors.push_back(rows.contiguous());
    return static_cast<int>(tensors.size()) - 1;
  }
  /// Its place in the list, and in error_stats()'s table.
  std::size_t compare(int left, int right) {
    list.push_back({left, right});
    return list.size() - 1;
  }
};

const at::Tensor& target_of(const Claim& claim, const Truth& truth) {
  return claim.expected.defined() ? claim.expected : truth.reference;
}

/// How far each element is off, in allowances.
at::Tensor excess_of(const Claim& claim, const Truth& truth) {
  return claim.rows.to(at::kDouble).sub(target_of(claim, truth)).div(claim.allowance);
}

Margin largest_excess(const std::vector<ErrorStats>& sequences) {
  Margin margin;
  margin.rule = "element";
  margin.bound = 1;  // in allowances
  for (std::size_t sequence = 0; sequence < sequences.size(); ++sequence) {
    const bool finite = sequences[sequence].nonfinite == 0;
    const double value = finite ? sequences[sequence].max_abs : std::numeric_limits<double>::infinity();
    if (value <= margin.value) continue;
    margin.value = margin.error = value;
    margin.sequence = static_cast<std::int64_t>(sequence);
    margin.rule = finite ? "element" : "non-finite";
  }
  return margin;
}

/// The element that is the most allowances off: "at (sequence 0, token 1, channel 2): got 0.3, expected 0.2 within
/// 0.01".
std::string describe_excess(const Claim& claim, const Truth& truth, const Margin& margin,
                            const AttentionCase& attention_case) {
  const auto sequence = static_cast<std::size_t>(margin.sequence);
  const std::int64_t first = first_rows(attention_case)[sequence], columns = claim.rows.size(1);
  const at::Tensor excess = excess_of(claim, truth).narrow(0, first, attention_case.lengths[sequence]).abs();
  const double largest = std::numeric_limits<double>::max();
  const auto index = excess.nan_to_num(largest, largest).reshape({-1}).argmax().item<std::int64_t>();
  const auto number = [&](const at::Tensor& rows) {
    return rows[first + index / columns][index % columns].to(at::kDouble).item<double>();
  };
  return fmt::format("the worst at (sequence {}, token {}, channel {}): got {:.6g}, expected {:.6g} within {:.3g}",
                     sequence, index / columns, index % columns, number(claim.rows), number(target_of(claim, truth)),
                     number(claim.allowance));
}

std::string describe(const Claim& claim, const Truth& truth, const Margin& margin,
                     const AttentionCase& attention_case) {
  const std::string difference = claim.allowance.defined()
                                     ? describe_excess(claim, truth, margin, attention_case)
                                     : describe_difference(claim.rows, target_of(claim, truth), margin, attention_case);
  return fmt::format("{}: {} rule, sequence {}; {}", claim.relation, margin.rule, margin.sequence, difference);
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
          std::move(computed.reference.logit_magnitude)};
}

void judge(const std::vector<Claim>& claims, const Truth& truth, const AttentionCase& attention_case,
           std::vector<Execution>& executions, Verdict& verdict) {
  if (claims.empty()) return;
  Comparisons comparisons;
  const int reference = truth.reference.defined() ? comparisons.add(truth.reference) : Comparison::zero;
  std::vector<std::size_t> places;
  for (const Claim& claim : claims) {
    if (claim.allowance.defined()) {
      places.push_back(comparisons.compare(comparisons.add(excess_of(claim, truth)), Comparison::zero));
    } else {
      const int rows = comparisons.add(claim.rows);
      places.push_back(
          comparisons.compare(rows, claim.expected.defined() ? comparisons.add(claim.expected) : reference));
    }
  }
  // The bounds of the rule come last, since they are not always wanted.
  const bool by_rule = std::ranges::any_of(claims, [](const Claim& claim) { return !claim.allowance.defined(); });
  const std::size_t magnitude = by_rule ? comparisons.compare(reference, Comparison::zero) : 0;
  const std::size_t plain_error = by_rule ? comparisons.compare(comparisons.add(truth.plain), reference) : 0;
  const ErrorTable table = error_stats(comparisons.tensors, comparisons.list, attention_case);
  std::optional<Bounds> bounds;
  if (by_rule) {
    bounds.emplace(tolerance_rule(attention_case.dtype), table[plain_error], table[magnitude], attention_case,
                   truth.reference.size(1), number_of(truth.logit_magnitude));
  }
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const Claim& claim = claims[i];
    const std::vector<ErrorStats>& errors = table[places[i]];
    PathOutcome& outcome = executions[claim.path].outcome;
    const Margin margin = claim.allowance.defined() ? largest_excess(errors)
                                                    : bounds->judge(errors, claim.expected.defined() ? pair_slack : 1);
    note_margin(outcome, margin, verdict);
    if (claim.bitwise) {
      ++verdict.exact_pairs;
      verdict.exact_equal += same_numbers(errors) ? 1 : 0;
    }
    if (margin.holds() || outcome.status != PathStatus::ok) continue;
    outcome.status = PathStatus::wrong_result;
    outcome.detail = describe(claim, truth, margin, attention_case);
  }
}

}  // namespace attngate

#include "attngate/workers/row_check.h"

#include <ATen/ops/index_select.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>

#include "attngate/oracle/row_comparison.h"
#include "attngate/sweep/checked_sequences.h"
#include "attngate/values/sequences.h"

namespace attngate {
namespace {

std::string margin_line(const Margin& margin, std::int64_t sequence) {
  return fmt::format("{} rule, sequence {}: {:.3g} where {:.3g} is allowed", margin.rule, sequence, margin.error,
                     margin.bound);
}

void note_outcome(const PathOutcome& outcome, OperatorAnswer& answer, SweepAnswer& row) {
  answer.backend = outcome.backend;
  if (outcome.status == PathStatus::ok) return;
  answer.kind = OperatorAnswer::Kind::failed;
  answer.reason = to_string(outcome.status) + ": " + outcome.detail;
  // An error may leave memory or the device in any state; a wrong result does not.
  row.spoilt = row.spoilt || outcome.status == PathStatus::unexpected_error;
}

/// Which sequences of a row are held against the reference, with inputs of their own: the same values under the same
/// keys, so that the reference sees the very tokens of those sequences.
struct CheckedPart {
  CheckedPart(const CaseInputs& whole, const SweepRequest& request)
      : sequences(sequences_to_check(whole.attention_case(), request.seed, request.limit)),
        all(sequences.size() == whole.attention_case().lengths.size()),
        inputs(all ? whole : sequences_of(whole, sequences)) {
    if (!all) rows = row_numbers(rows_of_sequences(whole.attention_case(), sequences), whole.device());
  }

  at::Tensor rows_of(const at::Tensor& of_path) const { return all ? of_path : at::index_select(of_path, 0, rows); }

  std::vector<std::int64_t> sequences;
  bool all;
  CaseInputs inputs;
  at::Tensor rows;  ///< token rows of the whole case; undefined for all
};

}  // namespace

/// An operator that ran, and its token rows.
struct RowCheck::Ran {
  const RowOperator* of;
  at::Tensor rows;
  bool agrees = false;
};

RowCheck::RowCheck(c10::Device device, std::function<void(const std::string& path)> on_path)
    : device_(device), executor_(device, std::move(on_path)), references_(device) {}

void RowCheck::check(const std::vector<RowOperator>& operators, const SweepRequest& request, SweepAnswer& answer) {
  if (operators.empty()) return;
  const c10::InferenceMode no_autograd;
  const AttentionCase& whole = operators.front().inputs->attention_case();
  const CheckedPart part(*operators.front().inputs, request);
  const AttentionCase& checked = part.inputs.attention_case();
  std::vector<Ran> ran;
  const Truth truth = references_.beside(part.inputs, [&] { ran = run(operators, answer); });
  std::vector<RowPair> pairs;
  for (const Ran& one : ran) pairs.push_back({part.rows_of(one.rows)});
  const RowComparison comparison(std::move(pairs), truth, checked);
  answer.checked_sequences = part.sequences.size();
  for (std::size_t position = 0; position < ran.size(); ++position) {
    const Margin& margin = comparison.margin(position);
    OperatorAnswer& one = answer.operators[ran[position].of->index];
    one.margin = margin.value;
    answer.worst_margin = std::max(answer.worst_margin, margin.value);
    ran[position].agrees = margin.holds();
    if (margin.holds()) continue;
    one.kind = OperatorAnswer::Kind::failed;
    const std::int64_t sequence = part.sequences[static_cast<std::size_t>(margin.sequence)];
    one.reason = to_string(PathStatus::wrong_result) + ": " + margin_line(margin, sequence);
  }
  std::erase_if(ran, [](const Ran& one) { return !one.agrees; });  // said once, not once per partner
  const ErrorScale& scale = comparison.scale();
  compare_pairs(ran, part.all ? scale : extended(scale, checked, whole, whole.embed_dim()), whole, answer);
}

std::vector<RowCheck::Ran> RowCheck::run(const std::vector<RowOperator>& operators, SweepAnswer& answer) {
  std::vector<Ran> ran;
  for (const RowOperator& one : operators) {
    const Promise promise = one.path.promise(one.inputs->attention_case(), device_.type());
    std::vector<Execution> executions = executor_.run({{&one.path, promise}}, *one.inputs);
    OperatorAnswer& said = answer.operators[one.index];
    note_outcome(executions.front().outcome, said, answer);
    if (said.kind != OperatorAnswer::Kind::failed) ran.push_back({&one, executions.front().rows.contiguous()});
  }
  return ran;
}

void RowCheck::compare_pairs(const std::vector<Ran>& ran, const ErrorScale& scale, const AttentionCase& whole,
                             SweepAnswer& answer) {
  std::vector<RowPair> pairs;
  std::vector<std::string> labels;
  for (std::size_t left = 0; left < ran.size(); ++left) {
    for (std::size_t right = left + 1; right < ran.size(); ++right) {
      pairs.push_back({ran[left].rows, ran[right].rows});
      labels.push_back(ran[left].of->label + " and " + ran[right].of->label);
    }
  }
  const RowComparison comparison(std::move(pairs), scale, whole);
  for (std::size_t pair = 0; pair < labels.size(); ++pair) {
    const Margin& margin = comparison.margin(pair);
    answer.worst_margin = std::max(answer.worst_margin, margin.value);
    if (margin.holds() || !answer.problem.empty()) continue;
    answer.problem = fmt::format("{} differ: {}", labels[pair], margin_line(margin, margin.sequence));
  }
}

}  // namespace attngate

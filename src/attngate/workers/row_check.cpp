#include "attngate/workers/row_check.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "attngate/oracle/tolerance.h"
#include "attngate/sweep/checked_sequences.h"

namespace attngate {
namespace {

/// Token rows of some sequences of a case: int64 indices on the device.
at::Tensor rows_of_sequences(const AttentionCase& attention_case, const std::vector<std::int32_t>& sequences,
                             c10::Device device) {
  std::vector<std::int64_t> first(1, 0);
  for (const std::int64_t length : attention_case.lengths) first.push_back(first.back() + length);
  const at::Tensor indices = at::empty({case_of_sequences(attention_case, sequences).total_tokens()}, at::kLong);
  auto* next = indices.data_ptr<std::int64_t>();
  for (const std::int32_t sequence : sequences) {
    const auto at = static_cast<std::size_t>(sequence);
    for (std::int64_t row = first[at]; row < first[at + 1]; ++row) *next++ = row;
  }
  return indices.to(device);
}

/// What a sequence that was not checked may show at most: in every respect the worst of those that were.
std::vector<ErrorStats> borrowed(const std::vector<ErrorStats>& checked, const AttentionCase& checked_case,
                                 const AttentionCase& whole, std::int64_t columns) {
  ErrorStats worst;
  double mean_square = 0;
  for (std::size_t sequence = 0; sequence < checked.size(); ++sequence) {
    const double elements = static_cast<double>(checked_case.lengths[sequence] * columns);
    if (elements > 0) mean_square = std::max(mean_square, checked[sequence].sum_squares / elements);
    worst.merge(checked[sequence]);
  }
  std::vector<ErrorStats> all;
  for (const std::int64_t length : whole.lengths) {
    all.push_back(worst);
    all.back().sum_squares = mean_square * static_cast<double>(length * columns);
  }
  return all;
}

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

/// Which sequences of a row are held against the reference, with inputs of their own.
struct CheckedPart {
  CheckedPart(const CaseInputs& whole, const SweepRequest& request)
      : sequences(sequences_to_check(whole.attention_case(), request.seed, request.limit)),
        all(sequences.size() == whole.attention_case().lengths.size()),
        inputs(all ? whole : inputs_of_part(whole, sequences)) {
    if (!all) rows = rows_of_sequences(whole.attention_case(), sequences, whole.device());
  }

  /// The same values under the same keys, so that the reference sees the very tokens of those sequences.
  static CaseInputs inputs_of_part(const CaseInputs& whole, const std::vector<std::int32_t>& sequences) {
    ValueKeys keys;
    keys.sequence = sequences;
    return CaseInputs(case_of_sequences(whole.attention_case(), sequences), whole.device(), keys);
  }

  at::Tensor rows_of(const at::Tensor& of_path) const { return all ? of_path : at::index_select(of_path, 0, rows); }

  std::vector<std::int32_t> sequences;
  bool all;
  CaseInputs inputs;
  at::Tensor rows;  ///< token rows of the whole case; undefined for all
};

/// What the bounds of a row are made of.
struct RowBounds {
  ToleranceRule rule;
  std::vector<ErrorStats> plain_error, magnitude;
  const AttentionCase& checked_case;
  std::int64_t columns;

  Bounds of_checked() const { return Bounds(rule, plain_error, magnitude, checked_case, columns); }
  /// For sequences that were not checked.
  Bounds of_whole(const AttentionCase& whole) const {
    return Bounds(rule, borrowed(plain_error, checked_case, whole, columns),
                  borrowed(magnitude, checked_case, whole, columns), whole, columns);
  }
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
  ReferenceLane::Pending pending = references_.start(part.inputs, /*with_weights=*/false);
  std::vector<Ran> ran = run(operators, answer);
  const References references = pending.get();

  std::vector<at::Tensor> compared = {references.reference.output.contiguous(), references.plain.output.contiguous()};
  std::vector<Comparison> comparisons = {{0, Comparison::zero}, {1, 0}};
  for (const Ran& one : ran) {
    comparisons.push_back({static_cast<int>(compared.size()), 0});
    compared.push_back(part.rows_of(one.rows));
  }
  const ErrorTable table = error_stats(compared, comparisons, part.inputs.attention_case());
  const RowBounds parts{tolerance_rule(whole.dtype), table[1], table[0], part.inputs.attention_case(),
                        whole.embed_dim()};
  const Bounds bounds = parts.of_checked();
  answer.checked_sequences = part.sequences.size();
  for (std::size_t position = 0; position < ran.size(); ++position) {
    const Margin margin = bounds.judge(table[2 + position]);
    OperatorAnswer& one = answer.operators[ran[position].of->index];
    one.margin = margin.value;
    answer.worst_margin = std::max(answer.worst_margin, margin.value);
    ran[position].agrees = margin.holds();
    if (margin.holds()) continue;
    one.kind = OperatorAnswer::Kind::failed;
    const std::int32_t sequence = part.sequences[static_cast<std::size_t>(margin.sequence)];
    one.reason = to_string(PathStatus::wrong_result) + ": " + margin_line(margin, sequence);
  }
  std::erase_if(ran, [](const Ran& one) { return !one.agrees; });  // said once, not once per partner
  compare_pairs(ran, part.all ? bounds : parts.of_whole(whole), whole, answer);
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

void RowCheck::compare_pairs(const std::vector<Ran>& ran, const Bounds& bounds, const AttentionCase& whole,
                             SweepAnswer& answer) {
  if (ran.size() < 2) return;
  std::vector<at::Tensor> rows;
  for (const Ran& one : ran) rows.push_back(one.rows);
  std::vector<Comparison> pairs;
  for (int left = 0; left < static_cast<int>(rows.size()); ++left) {
    for (int right = left + 1; right < static_cast<int>(rows.size()); ++right) pairs.push_back({left, right});
  }
  const ErrorTable differences = error_stats(rows, pairs, whole);
  for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
    const Margin margin = bounds.judge(differences[pair], pair_slack);
    answer.worst_margin = std::max(answer.worst_margin, margin.value);
    if (margin.holds() || !answer.problem.empty()) continue;
    const auto label = [&](int position) { return ran[static_cast<std::size_t>(position)].of->label; };
    answer.problem = fmt::format("{} and {} differ: {}", label(pairs[pair].left), label(pairs[pair].right),
                                 margin_line(margin, margin.sequence));
  }
}

}  // namespace attngate

#include "attngate/oracle/row_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "attngate/oracle/difference.h"

namespace attngate {
namespace {

bool goes_by_rule(const RowPair& pair) { return !pair.allowance.defined(); }

/// What error_stats() is asked, each tensor once.
class Question {
 public:
  /// The pairs, in their order; those with an allowance by their excess.
  Question(const std::vector<RowPair>& pairs, const at::Tensor& reference) {
    for (const RowPair& pair : pairs) {
      const at::Tensor& expected = pair.expected.defined() ? pair.expected : reference;
      if (goes_by_rule(pair)) {
        add(pair.rows, expected);
      } else {
        add(excess(pair.rows, expected, pair.allowance), {});
      }
    }
  }

  /// An undefined `right` stands for zero.
  void add(const at::Tensor& left, const at::Tensor& right) {
    const int first = place_of(left);
    comparisons_.push_back({first, right.defined() ? place_of(right) : Comparison::zero});
  }

  ErrorTable answer(const AttentionCase& attention_case) const {
    return error_stats(tensors_, comparisons_, attention_case);
  }

 private:
  int place_of(const at::Tensor& rows) {
    const auto found = std::ranges::find_if(given_, [&](const at::Tensor& given) { return given.is_same(rows); });
    if (found != given_.end()) return static_cast<int>(found - given_.begin());
    given_.push_back(rows);
    tensors_.push_back(rows.contiguous());
    return static_cast<int>(given_.size()) - 1;
  }

  std::vector<at::Tensor> given_, tensors_;
  std::vector<Comparison> comparisons_;
};

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

}  // namespace

RowComparison::RowComparison(std::vector<RowPair> pairs, const Truth& truth, const AttentionCase& attention_case)
    : pairs_(std::move(pairs)), reference_(truth.reference), attention_case_(attention_case) {
  Question question(pairs_, reference_);
  const bool by_rule = std::ranges::any_of(pairs_, goes_by_rule);
  if (by_rule) {
    question.add(truth.plain, reference_);
    question.add(reference_, {});
  }
  ErrorTable table = question.answer(attention_case_);
  if (by_rule) {
    scale_ = {std::move(table[pairs_.size()]), std::move(table[pairs_.size() + 1]), number_of(truth.logit_magnitude)};
  }
  judge(table);
}

RowComparison::RowComparison(std::vector<RowPair> pairs, const ErrorScale& scale, const AttentionCase& attention_case)
    : pairs_(std::move(pairs)), attention_case_(attention_case), scale_(scale) {
  judge(Question(pairs_, reference_).answer(attention_case_));
}

void RowComparison::judge(const ErrorTable& table) {
  if (pairs_.empty()) return;
  const Bounds bounds(scale_, attention_case_, pairs_.front().rows.size(1));
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const double slack = pairs_[i].expected.defined() ? pair_slack : 1;
    margins_.push_back(goes_by_rule(pairs_[i]) ? bounds.judge(table[i], slack) : largest_excess(table[i]));
    same_numbers_.push_back(
        std::ranges::all_of(table[i], [](const ErrorStats& s) { return s.max_abs == 0 && s.nonfinite == 0; }));
  }
}

std::string RowComparison::words(std::size_t pair) const {
  const auto& [rows, given, allowance] = pairs_[pair];
  const at::Tensor& expected = given.defined() ? given : reference_;
  const Margin& margin = margins_[pair];
  return fmt::format("{} rule, sequence {}; {}", margin.rule, margin.sequence,
                     allowance.defined() ? describe_excess(rows, expected, allowance, margin, attention_case_)
                                         : describe_difference(rows, expected, margin, attention_case_));
}

}  // namespace attngate

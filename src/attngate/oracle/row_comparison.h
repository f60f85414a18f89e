#pragma once

#include <string>
#include <vector>

#include "attngate/oracle/formula.h"
#include "attngate/oracle/tolerance.h"

namespace attngate {

/// Rows that a path returned, and the rows that they have to be.
struct RowPair {
  /// Token rows [total_tokens, columns] of any floating dtype.
  at::Tensor rows;
  /// Same shape, of any floating dtype. Undefined: the reference. Where it is given, both sides carry a path's error,
  /// so the bounds of the tolerance rule are pair_slack wider.
  at::Tensor expected = {};
  /// fp64, same shape: how far each element may be off. Undefined: as far as the tolerance rule says.
  at::Tensor allowance = {};
};

/// Every comparison of one case's rows, made at once; all that attngate says of numbers being right comes from here.
///
///     const RowComparison comparison({{rows}, {rows, rows_of_other_path}}, truth_of(inputs), attention_case);
///     if (!comparison.margin(0).holds()) std::cout << comparison.words(0);
///
/// On CUDA one kernel and one copy, which waits for the device; nothing for no pairs. Pairs may share tensors. Throws
/// CudaError; c10::Error for tensors of different shapes.
class RowComparison {
 public:
  /// Judges by the bounds of this truth. Where every pair has an allowance, its plain formula is not needed, and where
  /// each has `expected` as well, nothing of it is.
  RowComparison(std::vector<RowPair> pairs, const Truth& truth, const AttentionCase& attention_case);
  /// Judges by bounds of this scale; every pair has `expected`.
  RowComparison(std::vector<RowPair> pairs, const ErrorScale& scale, const AttentionCase& attention_case);

  /// How far a pair is from its bound. By an allowance, the rule is "element" (or "non-finite") and the bound is 1.
  const Margin& margin(std::size_t pair) const { return margins_[pair]; }

  /// Both sides have the same numbers, all of them finite.
  bool same_numbers(std::size_t pair) const { return same_numbers_[pair]; }

  /// Which rule decided, in which sequence, and some elements: "max rule, sequence 1; 3 of 128 elements ...".
  std::string words(std::size_t pair) const;

  /// What the bounds were made of; empty where no pair went by the tolerance rule.
  const ErrorScale& scale() const { return scale_; }

 private:
  void judge(const ErrorTable& table);

  std::vector<RowPair> pairs_;
  at::Tensor reference_;
  AttentionCase attention_case_;
  ErrorScale scale_;
  std::vector<Margin> margins_;
  std::vector<bool> same_numbers_;
};

}  // namespace attngate

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "attngate/oracle/path_executor.h"
#include "attngate/oracle/reference_lane.h"

namespace attngate {

/// What the rows of one case are in truth, and what the plain formula makes of them: its error is the error scale.
struct Truth {
  at::Tensor reference;        ///< fp64 [total_tokens, embed_dim]
  at::Tensor plain;            ///< same shape, in the case's dtype
  at::Tensor logit_magnitude;  ///< as FormulaResult::logit_magnitude
};

/// The fp64 reference and the plain formula of these inputs, computed beside `run`, which runs paths.
Truth truth_beside(ReferenceLane& references, const CaseInputs& inputs, const std::function<void()>& run);

/// Rows that a path returned, and the rows that they have to be.
struct Claim {
  /// Index of the path among the executions.
  std::size_t path = 0;
  /// Token rows [total_tokens, embed_dim] of the case that is judged.
  at::Tensor rows;
  /// Same shape, of any floating dtype. Undefined: the rows are held against the reference.
  at::Tensor expected;
  /// The two should be the same bits; counted in the verdict, decides nothing.
  bool bitwise = false;
  /// What was done and what should have come of it, for the detail of a failure.
  std::string relation;
  /// fp64, same shape: how far each element may be off. Undefined: as far as the tolerance rule says.
  at::Tensor allowance;
};

/// Judges every claim by its allowance or by the tolerance rule (tolerance.h) with the bounds of this truth, which may
/// be undefined where every claim has an allowance: one comparison, which waits for the device.
///
/// Both sides of a claim with `expected` carry a path's error, so the rule's bounds are pair_slack wider. An execution
/// keeps its worst margin, and the first claim that fails makes it a wrong result; worst_margin, worst_path and the
/// exact pairs of the verdict take in every claim.
void judge(const std::vector<Claim>& claims, const Truth& truth, const AttentionCase& attention_case,
           std::vector<Execution>& executions, Verdict& verdict);

}  // namespace attngate

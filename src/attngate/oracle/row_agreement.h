#pragma once

#include "attngate/oracle/path_executor.h"
#include "attngate/oracle/tolerance.h"

namespace attngate {

/// Tensors of one case that ought to agree: the truth, the error scale, and one tensor per execution.
struct RowsToCompare {
  at::Tensor reference;          ///< fp64 [total_tokens, columns]
  at::Tensor plain;              ///< the plain formula's, same shape
  at::Tensor logit_magnitude;    ///< as FormulaResult::logit_magnitude
  std::vector<at::Tensor> rows;  ///< one per execution; undefined where there is none
};

/// Compares each tensor with the reference and with every other one, writes margins and failures into the
/// executions' outcomes, and returns the pairs that fail although both sides agree with the reference.
///
/// worst_margin and worst_path of the verdict take in every comparison. Waits for the device.
std::vector<PathOutcome> compare_rows(const RowsToCompare& compared, const AttentionCase& attention_case,
                                      std::vector<Execution>& executions, Verdict& verdict);

}  // namespace attngate

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "attngate/oracle/path_executor.h"
#include "attngate/oracle/row_comparison.h"

namespace attngate {

/// What has to be true of the rows that a path returned.
struct Claim {
  /// Index of the path among the executions.
  std::size_t path = 0;
  RowPair pair;
  /// What was done and what should have come of it, for the detail of a failure; may be empty.
  std::string relation = {};
  /// The two sides should be the same bits; counted in the verdict, decides nothing.
  bool bitwise = false;
  /// The path whose rows are expected, where they are another one's.
  std::optional<std::size_t> other = {};
};

/// Each path's rows are the reference's, and each other path's; one tensor per execution, undefined where there is
/// none.
std::vector<Claim> agreement(const std::vector<at::Tensor>& rows);

/// Judges every claim on rows of this case, see RowComparison; waits for the device.
///
/// An execution keeps its worst margin, and the first claim that fails makes it a wrong result. Two paths are held
/// against each other only where both do well by themselves, so that a wrong path is reported once; returns the pairs
/// that fail. worst_margin, worst_path and the exact pairs of the verdict take in every claim.
std::vector<PathOutcome> judge(const std::vector<Claim>& claims, const Truth& truth,
                               const AttentionCase& attention_case, std::vector<Execution>& executions,
                               Verdict& verdict);

}  // namespace attngate

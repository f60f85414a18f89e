#pragma once

#include <memory>
#include <vector>

#include "attngate/oracle/path_executor.h"
#include "attngate/oracle/reference_lane.h"
#include "attngate/oracle/tolerance.h"
#include "attngate/sweep/sweep_request.h"
#include "attngate/workers/operator_choice.h"

namespace attngate {

/// An operator of a row that takes part: its path, and the inputs that it runs on.
struct RowOperator {
  std::size_t index = 0;
  /// SweepOperator::label.
  std::string label;
  AttentionPath path;
  std::shared_ptr<const CaseInputs> inputs;
};

/// Runs each operator of a row once and holds what it returns against the fp64 reference and against the others.
class RowCheck {
 public:
  RowCheck(c10::Device device, OnPath on_path);

  /// Writes kind, reason, backend and margin of each operator into the answer, and the row's worst margin, checked
  /// sequences and problem. Operators that disagree with the reference have failed; a pair that differs is the row's
  /// problem.
  ///
  /// Against the reference: the sequences that sequences_to_check() gives. Against each other: all sequences, by the
  /// bounds of the checked ones, see docs/sweep.md. Throws PathDisaster or a CUDA error where the process can measure
  /// no more.
  void check(const std::vector<RowOperator>& operators, const SweepRequest& request, SweepAnswer& answer);

 private:
  struct Ran;
  std::vector<Ran> run(const std::vector<RowOperator>& operators, SweepAnswer& answer);
  static void compare_pairs(const std::vector<Ran>& ran, const ErrorScale& scale, const AttentionCase& whole,
                            SweepAnswer& answer);

  c10::Device device_;
  PathExecutor executor_;
  ReferenceLane references_;
};

}  // namespace attngate

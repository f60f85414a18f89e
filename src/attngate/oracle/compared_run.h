#pragma once

#include "attngate/oracle/path_executor.h"
#include "attngate/oracle/reference_lane.h"

namespace attngate {

/// Paths that ran on one case, with their margins filled in.
struct ComparedRun {
  std::vector<Execution> executions;
  /// Pairs that differ too much although both sides agree with the reference.
  std::vector<PathOutcome> failed_pairs;
};

/// Runs paths on a case and holds their rows against the reference and against each other.
class ComparedRunner {
 public:
  explicit ComparedRunner(at::Device device, OnPath on_path = {});

  /// Writes phases, worst_margin and worst_path into the verdict; waits for the device.
  ComparedRun run(const AttentionCase& attention_case, const std::vector<SelectedPath>& selected, Verdict& verdict);

 private:
  at::Device device_;
  PathExecutor executor_;
  ReferenceLane references_;
};

}  // namespace attngate

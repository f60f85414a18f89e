#include "attngate/oracle/compared_run.h"

#include <c10/core/InferenceMode.h>

#include "attngate/base/elapsed.h"
#include "attngate/oracle/claim.h"

namespace attngate {

ComparedRunner::ComparedRunner(at::Device device, OnPath on_path)
    : device_(device), executor_(device, std::move(on_path)), references_(device) {}

ComparedRun ComparedRunner::run(const AttentionCase& attention_case, const std::vector<SelectedPath>& selected,
                                Verdict& verdict) {
  const c10::InferenceMode no_autograd;
  Elapsed clock;
  const CaseInputs inputs(attention_case, device_);
  verdict.phases.inputs_us = clock.lap_us();
  // On CUDA the truth is computed beside the paths: what is left of it in this thread is the wait.
  ReferenceLane::Pending pending = references_.start(inputs);
  verdict.phases.reference_us = clock.lap_us();
  ComparedRun result;
  result.executions = executor_.run(selected, inputs);
  verdict.phases.paths_us = clock.lap_us();
  const Truth truth = pending.get();
  verdict.phases.reference_us += clock.lap_us();
  std::vector<at::Tensor> rows;
  for (const Execution& execution : result.executions) rows.push_back(execution.rows);
  result.failed_pairs = judge(agreement(rows), truth, attention_case, result.executions, verdict);
  executor_.read_times(result.executions);
  verdict.phases.compare_us = clock.lap_us();
  return result;
}

}  // namespace attngate

#include "attngate/oracle/compared_run.h"

#include <c10/core/InferenceMode.h>

#include "attngate/oracle/phase_clock.h"
#include "attngate/oracle/row_agreement.h"
#include "attngate/values/device_stream.h"

namespace attngate {

ComparedRunner::ComparedRunner(at::Device device, OnPath on_path)
    : device_(device), executor_(device, std::move(on_path)), references_(device) {}

ComparedRun ComparedRunner::run(const AttentionCase& attention_case, const std::vector<SelectedPath>& selected,
                                Verdict& verdict) {
  const c10::InferenceMode no_autograd;
  PhaseClock clock;
  const CaseInputs inputs(attention_case, device_);
  verdict.phases.inputs_us = clock.lap_us();
  // On CUDA the references are computed beside the paths: what is left of them in this thread is the wait.
  ReferenceLane::Pending pending = references_.start(inputs, /*with_weights=*/false);
  verdict.phases.reference_us = clock.lap_us();
  ComparedRun result;
  result.executions = executor_.run(selected, inputs);
  verdict.phases.paths_us = clock.lap_us();
  References references = pending.get();
  verdict.phases.reference_us += clock.lap_us();
  RowsToCompare compared{
      references.reference.output, references.plain.output, references.reference.logit_magnitude, {}};
  for (const Execution& execution : result.executions) compared.rows.push_back(execution.rows);
  result.failed_pairs = compare_rows(compared, attention_case, result.executions, verdict);
  if (attention_case.total_tokens() == 0) synchronize(device_);  // nothing was compared, so nobody has waited yet
  executor_.read_times(result.executions);
  verdict.phases.compare_us = clock.lap_us();
  return result;
}

}  // namespace attngate

#include <ATen/ops/equal.h>
#include <c10/core/InferenceMode.h>

#include "attngate/base/elapsed.h"
#include "attngate/oracle/claim.h"
#include "attngate/oracle/reference_lane.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/selection.h"
#include "attngate/properties/verdict_of.h"
#include "attngate/values/guarded_memory.h"

namespace attngate {
namespace {

class GuardedMemoryCheck {
 public:
  explicit GuardedMemoryCheck(PropertyContext context)
      : context_(std::move(context)), executor_(context_.device, context_.on_path), references_(context_.device) {}

  Verdict operator()(const AttentionCase& attention_case) {
    const c10::InferenceMode no_autograd;
    const std::vector<SelectedPath> selected = select_paths(context_, attention_case, Lanes::fused);
    if (selected.empty()) return no_path(context_, "runs");
    Verdict verdict;
    Elapsed clock;
    const CaseInputs inputs(attention_case, context_.device);
    verdict.phases.inputs_us = clock.lap_us();
    const Truth truth = references_.start(inputs).get();
    verdict.phases.reference_us = clock.lap_us();
    std::vector<Execution> executions;
    std::vector<at::Tensor> rows;
    for (const SelectedPath& path : selected) {
      executions.push_back(run_guarded(path, inputs, verdict));
      rows.push_back(executions.back().rows);
    }
    verdict.phases.paths_us = clock.lap_us();
    std::vector<PathOutcome> failed_pairs = judge(agreement(rows), truth, attention_case, executions, verdict);
    conclude(verdict, executions, std::move(failed_pairs));
    verdict.phases.compare_us = clock.lap_us();
    return verdict;
  }

 private:
  /// One path at a time, so that damage can be laid at its door.
  Execution run_guarded(const SelectedPath& path, const CaseInputs& inputs, Verdict& verdict) {
    const at::Tensor unguarded = std::move(executor_.run({path}, inputs).front().rows);
    GuardedMemory guard(context_.device);
    Execution execution = std::move(executor_.run({path}, inputs).front());
    const std::string damage = guard.damage();
    if (!damage.empty() && execution.outcome.holds()) {
      const bool on_record = !path.promise.overrun.empty();
      execution.outcome.status = on_record ? PathStatus::defect_as_recorded : PathStatus::wrong_result;
      execution.outcome.detail = "wrote outside its tensors: " + damage;
    }
    if (unguarded.defined() && execution.rows.defined()) {
      ++verdict.exact_pairs;
      if (at::equal(unguarded, execution.rows)) ++verdict.exact_equal;
    }
    return execution;
  }

  PropertyContext context_;
  PathExecutor executor_;
  ReferenceLane references_;
};

}  // namespace

Property guarded_memory_property() {
  return {.name = "guarded_memory",
          .summary = "paths agree and write nowhere else when all memory starts as NaN between NaN bands",
          .bind = [](const PropertyContext& context) { return make_check<GuardedMemoryCheck>(context); }};
}

}  // namespace attngate

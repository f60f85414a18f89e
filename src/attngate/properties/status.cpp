#include <c10/core/InferenceMode.h>

#include "attngate/base/elapsed.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/selection.h"
#include "attngate/properties/verdict_of.h"
#include "attngate/values/device_stream.h"

namespace attngate {
namespace {

class StatusCheck {
 public:
  explicit StatusCheck(PropertyContext context)
      : context_(std::move(context)), executor_(context_.device, context_.on_path) {}

  Verdict operator()(const AttentionCase& attention_case) {
    const c10::InferenceMode no_autograd;
    Verdict verdict;
    const std::vector<SelectedPath> selected = select_paths(context_, attention_case, Lanes::refusing);
    if (selected.empty()) return no_path(context_, "promises an error");
    Elapsed clock;
    const CaseInputs inputs(attention_case, context_.device);
    verdict.phases.inputs_us = clock.lap_us();
    std::vector<Execution> executions = executor_.run(selected, inputs);
    // An asynchronous failure belongs to this case, not to the next one.
    synchronize(context_.device);
    verdict.phases.paths_us = clock.lap_us();
    conclude(verdict, executions);
    return verdict;
  }

 private:
  PropertyContext context_;
  PathExecutor executor_;
};

}  // namespace

Property status_property() {
  return {.name = "status",
          .summary = "every path that promises an error for a case raises that error",
          .bind = [](const PropertyContext& context) { return make_check<StatusCheck>(context); }};
}

}  // namespace attngate

#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <algorithm>

#include "attngate/oracle/compared_run.h"
#include "attngate/paths/known_issues.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/selection.h"
#include "attngate/properties/verdict_of.h"
#include "attngate/values/cuda_error.h"
#include "attngate/values/device_stream.h"
#include "attngate/values/guarded_memory.h"

namespace attngate {
namespace {

/// Turns an outcome round: the recorded defect holds, everything else means that the record is out of date.
void hold_against_record(PathOutcome& outcome, const Promise& promise) {
  const bool error_on_record = !promise.error.empty();
  if (!error_on_record && outcome.status == PathStatus::wrong_result && outcome.margin > 1) {
    outcome.status = PathStatus::defect_as_recorded;
  } else if (outcome.status == PathStatus::ok) {
    outcome.status = PathStatus::unexpected_success;
    outcome.detail = "right, although " + promise.reason +
                     " says otherwise: this LibTorch is better than the record in docs/findings.md";
  }
  outcome.margin = 0;  // how wrong a known defect is says nothing of the healthy paths
}

/// The same for a path that is right and writes outside its tensors.
void hold_damage_against_record(PathOutcome& outcome, const std::string& damage, const Promise& promise) {
  if (outcome.status != PathStatus::ok) return;
  outcome.status = damage.empty() ? PathStatus::unexpected_success : PathStatus::defect_as_recorded;
  outcome.detail = damage.empty() ? "wrote nowhere outside its tensors, although " + promise.overrun +
                                        " says otherwise: this LibTorch is better than the record in docs/findings.md"
                                  : "wrote outside its tensors: " + damage;
}

class KnownIssuesCheck {
 public:
  explicit KnownIssuesCheck(PropertyContext context)
      : context_(std::move(context)),
        runner_(context_.device, context_.on_path),
        executor_(context_.device, context_.on_path) {}

  Verdict operator()(const AttentionCase& attention_case) {
    const std::vector<SelectedPath> selected = select_paths(context_, attention_case, Lanes::defective);
    if (selected.empty()) return no_path(context_, "has a known issue");
    if (const auto losing = paths_that_lose_the_device(selected); !losing.empty()) {
      return lose_device(losing[static_cast<std::size_t>(attention_case.seed % losing.size())], attention_case);
    }
    std::vector<SelectedPath> wrong, overrunning;
    std::ranges::partition_copy(selected, std::back_inserter(overrunning), std::back_inserter(wrong),
                                [](const SelectedPath& path) { return !path.promise.overrun.empty(); });
    Verdict verdict;
    std::vector<Execution> executions;
    if (!wrong.empty()) executions = compare(wrong, attention_case, verdict);
    if (!overrunning.empty())
      std::ranges::move(run_between_bands(overrunning, attention_case), std::back_inserter(executions));
    conclude(verdict, executions);
    return verdict;
  }

 private:
  std::vector<Execution> compare(const std::vector<SelectedPath>& selected, const AttentionCase& attention_case,
                                 Verdict& verdict) {
    ComparedRun run = runner_.run(attention_case, selected, verdict);
    for (std::size_t i = 0; i < selected.size(); ++i)
      hold_against_record(run.executions[i].outcome, selected[i].promise);
    verdict.worst_margin = 0;
    verdict.worst_path.clear();
    return std::move(run.executions);
  }

  /// Each path by itself, so that damage can be laid at its door.
  std::vector<Execution> run_between_bands(const std::vector<SelectedPath>& selected,
                                           const AttentionCase& attention_case) {
    const c10::InferenceMode no_autograd;
    const CaseInputs inputs(attention_case, context_.device);
    std::vector<Execution> executions;
    for (const SelectedPath& path : selected) {
      GuardedMemory guard(context_.device);
      executions.push_back(std::move(executor_.run({path}, inputs).front()));
      hold_damage_against_record(executions.back().outcome, guard.damage(), path.promise);
    }
    return executions;
  }

  static std::vector<SelectedPath> paths_that_lose_the_device(const std::vector<SelectedPath>& selected) {
    std::vector<SelectedPath> losing;
    std::ranges::copy_if(selected, std::back_inserter(losing),
                         [](const SelectedPath& path) { return path.promise.loses_device; });
    return losing;
  }

  /// One such path is all that a process can run; which one, the case's seed decides.
  Verdict lose_device(const SelectedPath& path, const AttentionCase& attention_case) {
    const c10::InferenceMode no_autograd;
    Verdict verdict;
    const CaseInputs inputs(attention_case, context_.device);
    std::vector<Execution> executions(1);
    try {
      executions = executor_.run({path}, inputs);
      synchronize(context_.device);
      hold_against_record(executions.front().outcome, path.promise);
    } catch (const DeviceLost& lost) {
      note_loss(executions.front().outcome, path, lost.what(), verdict);
    } catch (const c10::AcceleratorError& error) {
      note_loss(executions.front().outcome, path, error.what_without_backtrace(), verdict);
    } catch (const CudaError& error) {
      note_loss(executions.front().outcome, path, error.what(), verdict);
    }
    conclude(verdict, executions);
    return verdict;
  }

  static void note_loss(PathOutcome& outcome, const SelectedPath& path, const std::string& error, Verdict& verdict) {
    outcome.path = path.path->name;
    outcome.status = PathStatus::defect_as_recorded;
    outcome.detail = error.substr(0, error.find('\n'));
    verdict.device_lost = true;
  }

  PropertyContext context_;
  ComparedRunner runner_;
  PathExecutor executor_;
};

/// A case of one of the shapes that records can name; which one, its seed decides.
AttentionCase with_defective_shape(AttentionCase attention_case) {
  const auto& shapes = defective_shapes();
  const auto which = static_cast<std::size_t>(attention_case.seed % shapes.size());
  return shapes[which].reach(std::move(attention_case));
}

}  // namespace

Property known_issues_property() {
  return {.name = "known_issues",
          .summary = "paths with a known defect behave as recorded (docs/findings.md); a mended LibTorch is reported",
          .adapt = with_defective_shape,
          .bind = [](const PropertyContext& context) { return make_check<KnownIssuesCheck>(context); }};
}

}  // namespace attngate

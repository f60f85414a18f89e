#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "attngate/base/elapsed.h"
#include "attngate/case/cost.h"
#include "attngate/oracle/reference_lane.h"
#include "attngate/properties/metamorphic.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/seeded_draw.h"
#include "attngate/properties/selection.h"
#include "attngate/properties/verdict_of.h"

namespace attngate {
namespace {

/// The path in focus runs most_runs times on small cases; the others, and every path on large cases, fewest_runs times.
constexpr std::int64_t fewest_runs = 2, most_runs = 20;

/// Flops that the runs of the path in focus may take together: about 2 ms at 1e13 flop/s on a GPU and at 1e10 flop/s
/// on a CPU core, no more than launching twenty small cases takes.
constexpr double gpu_flops = 2e10, cpu_flops = 2e7;

/// Another case runs before run 1, 7, 13 and 19, other values and another shape by turns. Stale state shows in the
/// first run after it, and rare accidents in any.
constexpr std::int64_t runs_between_disturbances = 6;

std::int64_t runs_for(const AttentionCase& attention_case, at::DeviceType device) {
  const double runs = (device == at::kCUDA ? gpu_flops : cpu_flops) / cost_of(attention_case).flops;
  return static_cast<std::int64_t>(std::clamp(runs, double{fewest_runs}, double{most_runs}));
}

/// Leaves NaN in memory of the sizes that a path allocates, so that it shows when a path reads before it writes.
void poison_freed_memory(const CaseInputs& inputs) {
  const std::int64_t token_row_bytes = static_cast<std::int64_t>(inputs.tokens().nbytes()),
                     dense_bytes = static_cast<std::int64_t>(inputs.dense().numel()) *
                                   static_cast<std::int64_t>(inputs.dense().element_size());
  std::vector<at::Tensor> blocks;  // all at once, so that none is handed out twice
  for (const std::int64_t bytes : {token_row_bytes, dense_bytes, 3 * token_row_bytes, 3 * dense_bytes}) {
    blocks.push_back(at::empty({bytes}, inputs.tokens().options().dtype(at::kByte)).fill_(0xFF));
  }
}

/// Another shape in the same dtype.
AttentionCase small_case(DType dtype) {
  AttentionCase other;
  other.dtype = dtype;
  other.num_heads = 2;
  other.head_dim = 8;
  other.lengths = {5, 2, 3};
  return other;
}

AttentionCase with_other_values(AttentionCase attention_case) {
  attention_case.seed ^= 0x5eed;
  return attention_case;
}

class RerunCheck {
 public:
  explicit RerunCheck(PropertyContext context)
      : context_(std::move(context)), executor_(context_.device, context_.on_path), references_(context_.device) {}

  Verdict operator()(const AttentionCase& attention_case) {
    const c10::InferenceMode no_autograd;
    if (attention_case.total_tokens() == 0) return not_applicable("no tokens: nothing to compare");
    const std::vector<SelectedPath> selected = select_paths(context_, attention_case, Lanes::fused);
    if (selected.empty()) return no_path(context_, "runs");
    Elapsed clock;
    Verdict verdict;
    const CaseInputs inputs(attention_case, context_.device);
    other_values_.emplace(with_other_values(attention_case), context_.device);
    other_shape_.emplace(small_case(attention_case.dtype), context_.device);
    verdict.phases.inputs_us = clock.lap_us();
    const auto focus =
        static_cast<std::size_t>(SeededDraw(attention_case, "rerun").below(static_cast<std::int64_t>(selected.size())));
    std::vector<Execution> executions;
    std::vector<Claim> claims;
    const Truth truth = references_.beside(inputs, [&] {
      for (std::size_t i = 0; i < selected.size(); ++i) {
        const std::int64_t runs = i == focus ? runs_for(attention_case, context_.device.type()) : fewest_runs;
        executions.push_back(run_again_and_again(selected[i], inputs, i, runs, claims));
      }
    });
    verdict.phases.paths_us = clock.lap_us();
    judge(claims, truth, attention_case, executions, verdict);
    conclude(verdict, executions);
    verdict.phases.compare_us = clock.lap_us();
    return verdict;
  }

 private:
  /// The first execution, with what went wrong in any; what it returned goes to the claims.
  Execution run_again_and_again(const SelectedPath& selected, const CaseInputs& inputs, std::size_t path,
                                std::int64_t runs, std::vector<Claim>& claims) {
    Execution first;
    for (std::int64_t run = 0; run < runs && first.outcome.holds(); ++run) {
      if (run % runs_between_disturbances == 1) {
        disturb(selected, run / runs_between_disturbances % 2 == 0 ? *other_values_ : *other_shape_);
      }
      poison_freed_memory(inputs);
      Execution execution = std::move(executor_.run({selected}, inputs).front());
      const std::string relation = fmt::format("run {} of {} on the same inputs", run + 1, runs);
      if (run == 0) {
        first = std::move(execution);
        if (first.rows.defined()) claims.push_back({path, {first.rows}, relation});
      } else if (ran_well(execution, relation, first)) {
        claims.push_back({path, {execution.rows}, relation});
        claims.push_back({.path = path,
                          .pair = {execution.rows, first.rows},
                          .relation = relation + ", against the first",
                          .bitwise = true});
      }
    }
    // What was returned stays as it is when the path runs on other values; rows are judged after that.
    disturb(selected, *other_values_);
    return first;
  }

  /// Runs the path on other inputs; what comes of it is not judged.
  void disturb(const SelectedPath& selected, const CaseInputs& other) {
    if (const auto path = selected_for(other.attention_case(), selected, context_.device))
      executor_.run({*path}, other);
  }

  PropertyContext context_;
  PathExecutor executor_;
  ReferenceLane references_;
  std::optional<CaseInputs> other_values_, other_shape_;  ///< of the case at hand
};

}  // namespace

Property rerun_property() {
  return {.name = "rerun",
          .summary = "the same inputs give the same right rows every time, whatever ran in between",
          .bind = [](const PropertyContext& context) { return make_check<RerunCheck>(context); }};
}

}  // namespace attngate

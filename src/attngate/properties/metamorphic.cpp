#include "attngate/properties/metamorphic.h"

#include <ATen/ops/index_select.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <optional>

#include "attngate/base/elapsed.h"
#include "attngate/oracle/formula.h"
#include "attngate/oracle/reference_lane.h"
#include "attngate/properties/selection.h"
#include "attngate/properties/verdict_of.h"
#include "attngate/values/input_guard.h"
#include "attngate/values/sequences.h"

namespace attngate {
namespace {

/// What a check keeps from case to case.
struct Tools {
  Relation relation;
  PropertyContext context;
  PathExecutor base_executor;  ///< keeps its times while the variants run
  PathExecutor variant_executor;
  ReferenceLane references;
};

/// One case on its way: the base's inputs, truth and executions.
class MetamorphicRun {
 public:
  MetamorphicRun(Tools& tools, std::vector<SelectedPath> selected)
      : tools_(tools), selected_(std::move(selected)), judged_(selected_.size(), false) {}

  Verdict operator()(const AttentionCase& attention_case) {
    const CaseInputs base(attention_case, tools_.context.device, tools_.relation.keys(attention_case));
    const std::vector<Variant> variants = tools_.relation.variants(base);
    verdict_.phases.inputs_us = clock_.lap_us();
    const bool needs_base = std::ranges::any_of(variants, [](const Variant& variant) { return !!variant.from_base; });
    const auto run = [&] { guarded(base, [&] { run_base(base, needs_base); }); };
    if (std::ranges::any_of(variants, &Variant::keeps_truth)) {
      base_truth_ = tools_.references.beside(base, run);
    } else {
      run();
    }
    verdict_.phases.paths_us += clock_.lap_us();
    for (const Variant& variant : variants) check(variant, base.attention_case());
    if (needs_base) tools_.base_executor.read_times(executions_);
    return finish();
  }

 private:
  void run_base(const CaseInputs& base, bool needed) {
    if (needed) {
      executions_ = tools_.base_executor.run(selected_, base);
    } else {
      for (const SelectedPath& selected : selected_) executions_.emplace_back().outcome.path = selected.path->name;
    }
  }

  void check(const Variant& variant, const AttentionCase& base_case) {
    const AttentionCase& judged_case = variant.parts.empty() ? variant.inputs.attention_case() : base_case;
    std::vector<Claim> claims;
    const auto run = [&] {
      guarded(variant.inputs, [&] { claims = variant.parts.empty() ? run_whole(variant) : run_parts(variant); });
    };
    const Truth truth = run_for_truth(variant, run);
    verdict_.phases.paths_us += clock_.lap_us();
    if (variant.allowance) {
      const at::Tensor allowance = variant.allowance(truth.reference, variant.inputs);
      for (Claim& claim : claims) claim.pair.allowance = allowance;
    }
    judge(claims, truth, judged_case, executions_, verdict_);
    verdict_.phases.compare_us += clock_.lap_us();
  }

  /// Runs paths on these inputs; where the relation guards them, finds the paths that wrote to them.
  template <typename Run>
  void guarded(const CaseInputs& inputs, const Run& run) {
    if (!tools_.relation.guards_inputs) return run();
    const InputGuard guard(inputs);
    run();
    const std::string damage = guard.damage();
    if (!damage.empty()) blame(inputs, damage);
  }

  /// Runs every path alone on fresh inputs of the case to see which one writes to them.
  void blame(const CaseInputs& damaged, const std::string& damage) {
    bool found = false;
    for (std::size_t i = 0; i < selected_.size(); ++i) {
      const CaseInputs inputs(damaged.attention_case(), damaged.device());
      const InputGuard guard(inputs);
      tools_.variant_executor.run({selected_[i]}, inputs);
      const std::string written = guard.damage();
      if (written.empty()) continue;
      found = true;
      note_damage(executions_[i].outcome, written);
    }
    if (!found)
      note_damage(executions_.front().outcome, damage + "; no path does that alone, so it may be another one's");
  }

  static void note_damage(PathOutcome& outcome, const std::string& damage) {
    outcome.status = PathStatus::wrong_result;
    outcome.detail = "wrote to its inputs or beside them: " + damage;
  }

  /// Runs the paths, and says what their rows are held against.
  template <typename Run>
  Truth run_for_truth(const Variant& variant, const Run& run) {
    const bool own_reference = !variant.keeps_truth && !variant.reference.defined() && !variant.nearest;
    if (own_reference) return tools_.references.beside(variant.inputs, run);
    run();
    if (variant.nearest) return {};
    if (variant.keeps_truth) {
      return {variant.from_base(base_truth_.reference), variant.from_base(base_truth_.plain),
              base_truth_.logit_magnitude};
    }
    if (variant.allowance) return {variant.reference, {}, {}};
    return {variant.reference, plain_formula(variant.inputs, false).output, {}};
  }

  /// Runs the paths that run such a case and did well so far; calls `take` with the index of each and its execution.
  template <typename Take>
  void run_paths(const CaseInputs& inputs, const std::string& relation, const Take& take) {
    std::vector<SelectedPath> paths;
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < selected_.size(); ++i) {
      if (!executions_[i].outcome.holds()) continue;
      std::optional<SelectedPath> path = selected_for(inputs.attention_case(), selected_[i], inputs.device());
      if (!path) continue;
      paths.push_back(std::move(*path));
      indices.push_back(i);
    }
    const std::vector<Execution> executions = tools_.variant_executor.run(paths, inputs);
    for (std::size_t i = 0; i < paths.size(); ++i) {
      judged_[indices[i]] = true;
      if (ran_well(executions[i], relation, executions_[indices[i]])) take(indices[i], executions[i]);
    }
  }

  void claim(std::vector<Claim>& claims, const Variant& variant, std::size_t path, const at::Tensor& rows) const {
    const auto add = [&](const std::string& relation, const at::Tensor& expected, bool bitwise) {
      claims.push_back({.path = path, .pair = {rows, expected}, .relation = relation, .bitwise = bitwise});
    };
    if (variant.nearest) return add(variant.relation, variant.nearest(rows), false);
    if (!variant.from_base) return add(variant.relation, {}, variant.bitwise);
    add(variant.relation + ", against the reference", {}, false);
    add(variant.relation, variant.from_base(executions_[path].rows), variant.bitwise);
  }

  std::vector<Claim> run_whole(const Variant& variant) {
    std::vector<Claim> claims;
    run_paths(variant.inputs, variant.relation, [&](std::size_t path, const Execution& execution) {
      if (executions_[path].outcome.backend.empty()) executions_[path].outcome.backend = execution.outcome.backend;
      claim(claims, variant, path, execution.rows);
    });
    return claims;
  }

  std::vector<Claim> run_parts(const Variant& variant) {
    std::vector<at::Tensor> joined(selected_.size());
    for (const Part& part : variant.parts) {
      run_paths(part.inputs, variant.relation, [&](std::size_t path, const Execution& execution) {
        if (!joined[path].defined()) joined[path] = executions_[path].rows.clone();
        joined[path].narrow(0, part.first_row, execution.rows.size(0)).copy_(execution.rows);
      });
    }
    std::vector<Claim> claims;
    for (std::size_t path = 0; path < joined.size(); ++path) {
      if (joined[path].defined() && executions_[path].outcome.holds()) claim(claims, variant, path, joined[path]);
    }
    return claims;
  }

  /// Leaves out the paths that could not run any variant: nothing was checked on them.
  Verdict finish() {
    std::vector<Execution> checked;
    for (std::size_t i = 0; i < executions_.size(); ++i) {
      if (judged_[i] || !executions_[i].outcome.holds()) checked.push_back(std::move(executions_[i]));
    }
    if (checked.empty()) return no_path(tools_.context, "runs the transformed inputs");
    conclude(verdict_, checked);
    verdict_.phases.compare_us += clock_.lap_us();
    return std::move(verdict_);
  }

  Tools& tools_;
  std::vector<SelectedPath> selected_;
  Elapsed clock_;
  Verdict verdict_;
  Truth base_truth_;
  std::vector<Execution> executions_;  ///< of the base, one per selected path
  std::vector<bool> judged_;           ///< did the path run on a variant?
};

class MetamorphicCheck {
 public:
  MetamorphicCheck(const Relation& relation, const PropertyContext& context)
      : tools_{relation, context, PathExecutor(context.device, context.on_path),
               PathExecutor(context.device, context.on_path), ReferenceLane(context.device)} {}

  Verdict operator()(const AttentionCase& attention_case) {
    const c10::InferenceMode no_autograd;
    if (attention_case.total_tokens() == 0) return not_applicable("no tokens: nothing to compare");
    std::string reason = tools_.relation.why_not(attention_case);
    if (!reason.empty()) return not_applicable(std::move(reason));
    std::vector<SelectedPath> selected = select_paths(tools_.context, attention_case, Lanes::fused);
    if (selected.empty()) return no_path(tools_.context, "runs");
    return MetamorphicRun(tools_, std::move(selected))(attention_case);
  }

 private:
  Tools tools_;
};

}  // namespace

at::Tensor same_rows(const at::Tensor& rows) { return rows; }

RowMap gather_rows(const std::vector<std::int64_t>& sources, at::Device device) {
  const at::Tensor index = row_numbers(sources, device);
  return [index](const at::Tensor& rows) { return at::index_select(rows, 0, index); };
}

bool ran_well(const Execution& variant, const std::string& relation, Execution& execution) {
  if (variant.outcome.holds()) return variant.rows.defined();
  if (execution.outcome.holds()) {
    execution.outcome.status = variant.outcome.status;
    execution.outcome.detail = relation + ": " + variant.outcome.detail;
  }
  return false;
}

Property metamorphic_property(const Relation& relation) {
  return {
      .name = relation.name,
      .summary = relation.summary,
      .adapt = relation.adapt,
      .bind = [relation](const PropertyContext& context) { return make_check<MetamorphicCheck>(relation, context); },
      .group = "metamorphic"};
}

}  // namespace attngate

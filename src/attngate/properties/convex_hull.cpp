#include <ATen/TensorOperators.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/full.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "attngate/oracle/difference.h"
#include "attngate/oracle/error_stats.h"
#include "attngate/properties/metamorphic.h"
#include "attngate/properties/metamorphic_properties.h"
#include "attngate/properties/parameters.h"
#include "attngate/properties/phase_clock.h"
#include "attngate/properties/sequences.h"
#include "attngate/properties/verdict_of.h"

namespace attngate {
namespace {

/// The least and the largest value that each token may get, [total_tokens, embed_dim] in fp64, and how far rounding may
/// carry a path beyond them.
struct Hull {
  at::Tensor least, largest, allowance;
};

/// Values as rows become, per token, the extreme ones among the visible keys of its sequence.
class VisibleKeys {
 public:
  explicit VisibleKeys(const CaseInputs& inputs) : inputs_(inputs) {
    const AttentionCase& attention_case = inputs.attention_case();
    shape_ = {attention_case.batch_size(), attention_case.max_length(), attention_case.embed_dim()};
    const std::vector<std::int64_t>& lengths = attention_case.lengths;
    std::vector<std::int64_t> sequences;
    for (std::size_t i = 0; i < lengths.size(); ++i) sequences.insert(sequences.end(), static_cast<std::size_t>(lengths[i]), static_cast<std::int64_t>(i));
    sequence_of_token_ = row_numbers(sequences, inputs.device());
  }

  at::Tensor least(const at::Tensor& rows) const { return per_token(at::amin(padded(rows, infinity), 1)); }
  at::Tensor largest(const at::Tensor& rows) const { return per_token(at::amax(padded(rows, -infinity), 1)); }

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();

  /// Rows in [batch, max_length, embed_dim], what no query sees filled. Masks by query and head hide more than that; the
  /// hull of all keys holds there as well, only less tightly.
  at::Tensor padded(const at::Tensor& rows, double filling) const {
    const at::Tensor result = at::full({shape_[0] * shape_[1], shape_[2]}, filling, rows.options())
                                  .index_copy_(0, inputs_.tight_row_of_token(), rows)
                                  .view(shape_);
    if (inputs_.key_padding_mask().defined()) {
      result.masked_fill_(inputs_.key_padding_mask().narrow(1, 0, shape_[1]).unsqueeze(-1), filling);
    }
    return result;
  }

  at::Tensor per_token(const at::Tensor& per_sequence) const {
    return at::index_select(per_sequence, 0, sequence_of_token_);
  }

  const CaseInputs& inputs_;
  std::vector<std::int64_t> shape_;
  at::Tensor sequence_of_token_;
};

/// Roundings to u of the largest magnitude on the way: projection, its bias, the weights and their sum (weights that are
/// rounded after they were divided sum to 1 within u), the output.
constexpr double roundings = 5;

/// Sums are kept in fp32 or better: each of its terms may round by 2^-24 of the sum of magnitudes.
constexpr double sum_roundoff = 0x1p-24;

Hull hull_of(const CaseInputs& inputs) {
  const MhaParameters& p = inputs.parameters();
  const at::Tensor tokens = inputs.tokens().to(at::kDouble);
  const at::Tensor weight = projection_of(p.in_proj_weight, Projection::value).to(at::kDouble).t();
  const at::Tensor bias = projection_of(p.in_proj_bias, Projection::value).to(at::kDouble);
  const at::Tensor products = at::matmul(tokens, weight);
  const at::Tensor values = products + bias;
  const at::Tensor magnitudes = at::matmul(tokens.abs(), weight.abs()) + bias.abs();
  const AttentionCase& attention_case = inputs.attention_case();
  const auto terms = static_cast<double>(attention_case.embed_dim() + attention_case.max_length());
  const double u = tolerance_rule(attention_case.dtype).unit_roundoff;
  const VisibleKeys keys(inputs);
  return {keys.least(values), keys.largest(values),
          keys.largest(at::maximum(values.abs(), products.abs()) * (roundings * u) + magnitudes * (terms * sum_roundoff))};
}

class ConvexHullCheck {
 public:
  explicit ConvexHullCheck(PropertyContext context) : context_(std::move(context)), executor_(context_) {}

  Verdict operator()(const AttentionCase& attention_case) {
    const c10::InferenceMode no_autograd;
    if (attention_case.total_tokens() == 0) return not_applicable("no tokens: nothing to compare");
    const std::vector<SelectedPath> selected =
        select_paths(context_, attention_case, metamorphic_lanes(context_.device.type()));
    if (selected.empty()) return inapplicable(context_, "runs");
    PhaseClock clock;
    Verdict verdict;
    const CaseInputs base(attention_case, context_.device);
    MhaParameters parameters = copy_of(base.parameters());
    parameters.out_proj_weight.zero_().fill_diagonal_(1);
    parameters.out_proj_bias.zero_();
    const CaseInputs inputs = base.with_parameters(std::move(parameters));
    verdict.phases.inputs_us = clock.lap_us();
    const Hull hull = hull_of(inputs);
    verdict.phases.reference_us = clock.lap_us();
    std::vector<Execution> executions = executor_.run(selected, inputs);
    verdict.phases.paths_us = clock.lap_us();
    judge_hull(hull, attention_case, executions, verdict);
    executor_.read_times(executions);
    conclude(verdict, executions, {});
    verdict.phases.compare_us = clock.lap_us();
    return verdict;
  }

 private:
  static void judge_hull(const Hull& hull, const AttentionCase& attention_case, std::vector<Execution>& executions,
                         Verdict& verdict) {
    std::vector<at::Tensor> excesses;  // in allowances
    std::vector<Comparison> comparisons;
    std::vector<std::size_t> present;
    for (std::size_t i = 0; i < executions.size(); ++i) {
      if (!executions[i].rows.defined()) continue;
      const at::Tensor rows = executions[i].rows.to(at::kDouble);
      comparisons.push_back({static_cast<int>(excesses.size()), Comparison::zero});
      excesses.push_back(((rows - nearest(rows, hull)) / hull.allowance).contiguous());
      present.push_back(i);
    }
    const ErrorTable table = error_stats(excesses, comparisons, attention_case);
    for (std::size_t i = 0; i < present.size(); ++i) judge_path(table[i], hull, attention_case, executions[present[i]], verdict);
  }

  static at::Tensor nearest(const at::Tensor& rows, const Hull& hull) {
    return rows.clamp(hull.least, hull.largest);
  }

  static void judge_path(const std::vector<ErrorStats>& excess, const Hull& hull, const AttentionCase& attention_case,
                         Execution& execution, Verdict& verdict) {
    Margin margin;
    margin.rule = "hull";
    for (std::size_t sequence = 0; sequence < excess.size(); ++sequence) {
      const bool finite = excess[sequence].nonfinite == 0;
      const double value = finite ? excess[sequence].max_abs : std::numeric_limits<double>::infinity();
      if (value <= margin.value) continue;
      margin.value = margin.error = value;
      margin.bound = 1;  // in allowances
      margin.sequence = static_cast<std::int64_t>(sequence);
      margin.rule = finite ? "hull" : "non-finite";
      if (!finite) break;
    }
    PathOutcome& outcome = execution.outcome;
    outcome.margin = margin.value;
    outcome.error = margin.error;
    outcome.bound = margin.bound;
    if (margin.value > verdict.worst_margin || verdict.worst_path.empty()) {
      verdict.worst_margin = margin.value;
      verdict.worst_path = outcome.path;
    }
    if (margin.holds() || outcome.status != PathStatus::ok) return;
    const at::Tensor rows = execution.rows.to(at::kDouble);
    outcome.status = PathStatus::wrong_result;
    outcome.detail = fmt::format("attention beyond the visible values: {} rule, sequence {}; {}", margin.rule, margin.sequence,
                                 describe_difference(execution.rows, nearest(rows, hull), margin, attention_case));
  }

  PropertyContext context_;
  PathExecutor executor_;
};

}  // namespace

Property convex_hull_property() {
  return {"convex_hull", "per head channel, attention lies between the least and the largest visible value",
          [](DType, at::DeviceType) { return true; }, unchanged_case,
          [](const PropertyContext& context) { return make_check<ConvexHullCheck>(context); }};
}

}  // namespace attngate

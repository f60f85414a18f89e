#include "attngate/properties/weights.h"

#include <ATen/ops/index_select.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/StringUtil.h>
#include <fmt/format.h>

#include <cmath>

#include "attngate/oracle/formula.h"
#include "attngate/properties/phase_clock.h"
#include "attngate/properties/row_agreement.h"
#include "attngate/properties/selection.h"
#include "attngate/properties/verdict_of.h"

namespace attngate {
namespace {

/// A row of probabilities p rounded to u each sums to 1 within u (sum of p is 1); rounding them again
/// when heads are summed and divided adds 2u, softmax's own sum one more.
constexpr double row_sum_roundings = 4;

void fail(PathOutcome& outcome, std::string detail) {
  if (outcome.status != PathStatus::ok) return;
  outcome.status = PathStatus::wrong_result;
  outcome.detail = std::move(detail);
}

/// [batch, seqlen, seqlen] to one row per token, cut to the longest sequence: [total_tokens, max_length].
at::Tensor weight_rows(const at::Tensor& weights, const CaseInputs& inputs) {
  const AttentionCase& attention_case = inputs.attention_case();
  const std::int64_t batch = attention_case.batch_size(), length = attention_case.max_length();
  if (weights.is_nested()) throw WrongShape("weights are nested, expected a dense tensor");
  if (weights.scalar_type() != inputs.tokens().scalar_type() || weights.device() != inputs.device()) {
    throw WrongShape(fmt::format("weights are {} on {}, expected {} on {}", c10::toString(weights.scalar_type()),
                                 weights.device().str(), c10::toString(inputs.tokens().scalar_type()),
                                 inputs.device().str()));
  }
  if (weights.dim() != 3 || weights.size(0) != batch || weights.size(1) < length || weights.size(2) < length) {
    throw WrongShape(fmt::format("weights are {}, expected [{}, seqlen, seqlen] with seqlen >= {}",
                                 c10::str(weights.sizes()), batch, length));
  }
  const at::Tensor tight = weights.narrow(1, 0, length).narrow(2, 0, length);
  return at::index_select(tight.reshape({batch * length, length}), 0, inputs.tight_row_of_token());
}

/// Weights given to the columns of extra padding must be exactly 0; check_rows() looks at the others.
void check_masked_weights(Execution& execution, const CaseInputs& inputs) {
  const std::int64_t length = inputs.attention_case().max_length();
  const std::int64_t extra_columns = execution.weights.size(2) - length;
  if (extra_columns == 0) return;
  const at::Tensor valid_rows = execution.weights.narrow(1, 0, length)
                                    .narrow(2, length, extra_columns)
                                    .reshape({-1, extra_columns})
                                    .index_select(0, inputs.tight_row_of_token());
  const auto leaked = valid_rows.ne(0).sum().item<std::int64_t>();
  if (leaked > 0) fail(execution.outcome, fmt::format("{} weights of extra padding are not 0", leaked));
}

/// Host check of [total_tokens, max_length] rows: sums and masked zeros.
void check_rows(Execution& execution, const at::Tensor& rows, const AttentionCase& attention_case) {
  const at::Tensor host = rows.to(at::kCPU, at::kDouble).contiguous();
  const auto* weight = host.const_data_ptr<double>();
  const std::int64_t columns = rows.size(1);
  const double bound = row_sum_roundings * tolerance_rule(attention_case.dtype).unit_roundoff;
  for (std::size_t sequence = 0; sequence < attention_case.lengths.size(); ++sequence) {
    const std::int64_t length = attention_case.lengths[sequence];
    for (std::int64_t token = 0; token < length; ++token, weight += columns) {
      double sum = 0;
      for (std::int64_t key = 0; key < length; ++key) sum += weight[key];
      if (!(std::abs(sum - 1) <= bound)) {
        return fail(execution.outcome, fmt::format("weights of sequence {}, token {} sum to {:.6g}, not to 1 within {:.2g}",
                                                   sequence, token, sum, bound));
      }
      for (std::int64_t key = length; key < columns; ++key) {
        if (weight[key] != 0) {
          return fail(execution.outcome, fmt::format("masked key {} of sequence {}, token {} has weight {:.3g}", key,
                                                     sequence, token, weight[key]));
        }
      }
    }
  }
}

class WeightsCheck {
 public:
  explicit WeightsCheck(PropertyContext context) : context_(std::move(context)), executor_(context_) {}

  Verdict operator()(const AttentionCase& attention_case) {
    const c10::InferenceMode no_autograd;
    Verdict verdict;
    const std::vector<SelectedPath> selected = select_weighted(attention_case);
    if (selected.empty()) {
      return inapplicable(context_, attention_case.need_weights ? "gives weights" : "is asked for weights: need_weights=0");
    }
    PhaseClock clock;
    const CaseInputs inputs(attention_case, context_.device);
    verdict.phases.inputs_us = clock.lap_us();
    RowsToCompare compared;
    FormulaResult reference = reference_fp64(inputs, true);
    compared.reference = std::move(reference.weights);
    compared.largest_logit = std::move(reference.largest_logit);
    compared.plain = plain_formula(inputs, true).weights;
    verdict.phases.reference_us = clock.lap_us();
    std::vector<Execution> executions = executor_.run(selected, inputs);
    verdict.phases.paths_us = clock.lap_us();
    for (Execution& execution : executions) compared.rows.push_back(check_weights(execution, inputs));
    std::vector<PathOutcome> failed_pairs = compare_rows(compared, attention_case, executions, verdict);
    executor_.read_times(executions);
    conclude(verdict, executions, std::move(failed_pairs));
    verdict.phases.compare_us = clock.lap_us();
    return verdict;
  }

 private:
  /// Paths that have weights to give; composite SDPA has none.
  std::vector<SelectedPath> select_weighted(const AttentionCase& attention_case) const {
    // Without a token there is no row of weights; the fast path then returns none at all.
    if (!attention_case.need_weights || attention_case.total_tokens() == 0) return {};
    std::vector<SelectedPath> selected = select_paths(context_, attention_case, Lanes::every);
    std::erase_if(selected, [](const SelectedPath& path) { return !path.path->gives_weights; });
    return selected;
  }

  /// The weights as rows, checked; undefined when there are none to compare.
  at::Tensor check_weights(Execution& execution, const CaseInputs& inputs) const {
    if (execution.outcome.status != PathStatus::ok) return {};
    if (!execution.weights.defined()) {
      fail(execution.outcome, "no weights were returned although need_weights=1");
      return {};
    }
    try {
      const at::Tensor rows = weight_rows(execution.weights, inputs);
      check_masked_weights(execution, inputs);
      check_rows(execution, rows, inputs.attention_case());
      return rows;
    } catch (const WrongShape& error) {
      fail(execution.outcome, error.what());
      return {};
    }
  }

  PropertyContext context_;
  PathExecutor executor_;
};

}  // namespace

Property weights_property() {
  return {"weights", "attention weights agree with the reference, sum to 1 per row, and are exactly 0 where masked",
          [](DType, at::DeviceType) { return true; },
          [](AttentionCase attention_case) {
            attention_case.need_weights = true;
            return attention_case;
          },
          [](const PropertyContext& context) { return make_check<WeightsCheck>(context); }};
}

}  // namespace attngate

#include <ATen/ops/index_select.h>
#include <ATen/ops/stack.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/StringUtil.h>
#include <fmt/format.h>

#include "attngate/base/elapsed.h"
#include "attngate/oracle/claim.h"
#include "attngate/properties/property_list.h"
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
void check_extra_padding(Execution& execution, const CaseInputs& inputs) {
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

/// "sequence 2, token 5" of a token row.
std::string place_of(std::int64_t row, const AttentionCase& attention_case) {
  std::size_t sequence = 0;
  while (row >= attention_case.lengths[sequence]) row -= attention_case.lengths[sequence++];
  return fmt::format("sequence {}, token {}", sequence, row);
}

/// Checks [total_tokens, max_length] rows of weights: each sums to 1, and a key has none where the reference gives it
/// none. That is where every head hides it, or where exp() underflows in fp64, so all the more in a path's fp32.
///
/// On the device: the rows of one case come to megabytes.
void check_rows(Execution& execution, const at::Tensor& rows, const at::Tensor& reference,
                const AttentionCase& attention_case) {
  const double bound = row_sum_roundings * tolerance_rule(attention_case.dtype).unit_roundoff;
  const at::Tensor sums = rows.sum(at::IntArrayRef{1}, /*keepdim=*/false, at::kDouble);
  const at::Tensor wrong_sums = sums.sub(1).abs().le(bound).logical_not();  // so that NaN is wrong
  const at::Tensor leaks = rows.ne(0).logical_and(reference.eq(0));
  const at::Tensor counts = at::stack({wrong_sums.sum(), leaks.sum()}).cpu();
  if (counts[0].item<std::int64_t>() > 0) {
    const auto row = wrong_sums.nonzero()[0][0].item<std::int64_t>();
    fail(execution.outcome, fmt::format("weights of {} sum to {:.6g}, not to 1 within {:.2g}",
                                        place_of(row, attention_case), sums[row].item<double>(), bound));
  }
  if (counts[1].item<std::int64_t>() > 0) {
    const at::Tensor place = leaks.nonzero()[0].cpu();
    const auto row = place[0].item<std::int64_t>(), key = place[1].item<std::int64_t>();
    fail(execution.outcome, fmt::format("masked key {} of {} has weight {:.3g}", key, place_of(row, attention_case),
                                        rows[row][key].item<double>()));
  }
}

class WeightsCheck {
 public:
  explicit WeightsCheck(PropertyContext context)
      : context_(std::move(context)), executor_(context_.device, context_.on_path) {}

  Verdict operator()(const AttentionCase& attention_case) {
    const c10::InferenceMode no_autograd;
    Verdict verdict;
    const std::vector<SelectedPath> selected = select_weighted(attention_case);
    if (selected.empty()) {
      return no_path(context_, attention_case.need_weights ? "gives weights" : "is asked for weights: need_weights=0");
    }
    Elapsed clock;
    const CaseInputs inputs(attention_case, context_.device);
    verdict.phases.inputs_us = clock.lap_us();
    const FormulaResult reference = reference_fp64(inputs, true);
    const Truth truth{reference.weights, plain_formula(inputs, true).weights, reference.logit_magnitude};
    verdict.phases.reference_us = clock.lap_us();
    std::vector<Execution> executions = executor_.run(selected, inputs);
    verdict.phases.paths_us = clock.lap_us();
    std::vector<at::Tensor> rows;
    for (Execution& execution : executions) rows.push_back(check_weights(execution, truth.reference, inputs));
    std::vector<PathOutcome> failed_pairs = judge(agreement(rows), truth, attention_case, executions, verdict);
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
  at::Tensor check_weights(Execution& execution, const at::Tensor& reference, const CaseInputs& inputs) const {
    if (execution.outcome.status != PathStatus::ok) return {};
    if (!execution.weights.defined()) {
      fail(execution.outcome, "no weights were returned although need_weights=1");
      return {};
    }
    try {
      const at::Tensor rows = weight_rows(execution.weights, inputs);
      check_extra_padding(execution, inputs);
      check_rows(execution, rows, reference, inputs.attention_case());
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
  return {.name = "weights",
          .summary = "attention weights agree with the reference, sum to 1 per row, and are exactly 0 where masked",
          .adapt =
              [](AttentionCase attention_case) {
                attention_case.need_weights = true;
                return attention_case;
              },
          .bind = [](const PropertyContext& context) { return make_check<WeightsCheck>(context); }};
}

}  // namespace attngate

#include "attngate/properties/agreement.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>

#include "attngate/oracle/formula.h"
#include "attngate/properties/phase_clock.h"
#include "attngate/properties/row_agreement.h"
#include "attngate/properties/verdict_of.h"

namespace attngate {
namespace {

/// Turns the verdict round: a wrong result is as recorded, a right one means that the record is out of date.
void expect_defects(Verdict& verdict, std::vector<Execution>& executions, const std::vector<SelectedPath>& selected) {
  for (std::size_t i = 0; i < executions.size(); ++i) {
    PathOutcome& outcome = executions[i].outcome;
    if (outcome.status == PathStatus::wrong_result && outcome.margin > 1) {
      outcome.status = PathStatus::defect_as_recorded;
    } else if (outcome.status == PathStatus::ok) {
      outcome.status = PathStatus::unexpected_success;
      outcome.detail = "right, although " + selected[i].promise.reason +
                       " says wrong: this LibTorch is better than the record in docs/findings.md";
    }
    outcome.margin = 0;  // how wrong a known defect is says nothing of the healthy paths
  }
  verdict.worst_margin = 0;
  verdict.worst_path.clear();
}

class AgreementCheck {
 public:
  AgreementCheck(PropertyContext context, Lanes lanes)
      : context_(std::move(context)), lanes_(lanes), executor_(context_.device, context_.on_path) {}

  Verdict operator()(const AttentionCase& attention_case) {
    const c10::InferenceMode no_autograd;
    Verdict verdict;
    const std::vector<SelectedPath> selected = select_paths(context_, attention_case, lanes_);
    if (selected.empty()) return inapplicable(context_, "runs");
    PhaseClock clock;
    const CaseInputs inputs(attention_case, context_.device);
    verdict.phases.inputs_us = clock.lap_us();
    RowsToCompare compared;
    compared.reference = reference_fp64(inputs, false).output;
    compared.plain = plain_formula(inputs, false).output;
    verdict.phases.reference_us = clock.lap_us();
    std::vector<Execution> executions = executor_.run(selected, inputs);
    verdict.phases.paths_us = clock.lap_us();
    for (const Execution& execution : executions) compared.rows.push_back(execution.rows);
    std::vector<PathOutcome> failed_pairs = compare_rows(compared, attention_case, executions, verdict);
    executor_.read_times(executions);
    if (lanes_ == Lanes::defective) {
      expect_defects(verdict, executions, selected);
      failed_pairs.clear();
    }
    conclude(verdict, executions, std::move(failed_pairs));
    verdict.phases.compare_us = clock.lap_us();
    return verdict;
  }

 private:
  PropertyContext context_;
  Lanes lanes_;
  PathExecutor executor_;
};

/// The CPU has no fused nested kernels and few paths: one property runs them all.
Lanes lanes_on(Lanes lanes, at::DeviceType device) {
  return lanes == Lanes::fused && device == at::kCPU ? Lanes::every : lanes;
}

PropertyCheck bind_agreement(const PropertyContext& context, Lanes lanes) {
  return make_check<AgreementCheck>(context, lanes_on(lanes, context.device.type()));
}

AttentionCase unchanged(AttentionCase attention_case) { return attention_case; }

/// cuDNN plans only for head_dim in multiples of 8 and two or more columns.
AttentionCase for_cudnn(AttentionCase attention_case) {
  attention_case.head_dim = (attention_case.head_dim + 7) / 8 * 8;
  attention_case.need_weights = false;
  if (attention_case.padded_length() < 2) {
    attention_case.mask = MaskKind::padding;
    attention_case.extra_padding = 1;
  }
  return attention_case;
}

/// Shapes that known defects need: nested-sdpa-length-one.
AttentionCase for_known_issues(AttentionCase attention_case) {
  attention_case.head_dim = (attention_case.head_dim + 7) / 8 * 8;
  std::vector<std::int64_t>& lengths = attention_case.lengths;
  const std::int64_t last = attention_case.num_heads == 1 ? lengths.back() : 1;
  if (lengths.size() < 2) lengths.resize(2);
  std::fill(lengths.begin(), lengths.end(), 1);
  lengths.back() = last;
  attention_case.mask = MaskKind::padding;
  return attention_case;
}

}  // namespace

Property known_issues_property() {
  return {"known_issues", "paths with a known defect still show it (docs/findings.md); a mended LibTorch is reported",
          [](DType, at::DeviceType device) { return device == at::kCUDA; }, for_known_issues,
          [](const PropertyContext& context) { return bind_agreement(context, Lanes::defective); }};
}

Property agreement_property() {
  return {"agreement", "all paths agree with the fp64 reference and with each other (flash, efficient, else math)",
          [](DType, at::DeviceType) { return true; }, unchanged,
          [](const PropertyContext& context) { return bind_agreement(context, Lanes::fused); }};
}

Property agreement_math_property() {
  return {"agreement_math", "the paths without fused kernels agree with the fp64 reference and with each other",
          [](DType, at::DeviceType device) { return device == at::kCUDA; }, unchanged,
          [](const PropertyContext& context) { return bind_agreement(context, Lanes::math); }};
}

Property agreement_cudnn_property() {
  return {"agreement_cudnn", "the cuDNN paths agree with the fp64 reference and with each other",
          [](DType dtype, at::DeviceType device) { return device == at::kCUDA && dtype != DType::fp32; },
          for_cudnn, [](const PropertyContext& context) { return bind_agreement(context, Lanes::cudnn); }};
}

}  // namespace attngate

#include "attngate/properties/agreement.h"

#include "attngate/oracle/compared_run.h"
#include "attngate/properties/verdict_of.h"

namespace attngate {
namespace {

class AgreementCheck {
 public:
  AgreementCheck(PropertyContext context, Lanes lanes)
      : context_(std::move(context)), lanes_(lanes), runner_(context_.device, context_.on_path) {}

  Verdict operator()(const AttentionCase& attention_case) {
    const std::vector<SelectedPath> selected = select_paths(context_, attention_case, lanes_);
    if (selected.empty()) return inapplicable(context_, "runs");
    Verdict verdict;
    ComparedRun run = runner_.run(attention_case, selected, verdict);
    conclude(verdict, run.executions, std::move(run.failed_pairs));
    return verdict;
  }

 private:
  PropertyContext context_;
  Lanes lanes_;
  ComparedRunner runner_;
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

}  // namespace

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
          [](DType dtype, at::DeviceType device) { return device == at::kCUDA && dtype != DType::fp32; }, for_cudnn,
          [](const PropertyContext& context) { return bind_agreement(context, Lanes::cudnn); }};
}

}  // namespace attngate

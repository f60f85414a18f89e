#include "attngate/oracle/compared_run.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/selection.h"
#include "attngate/properties/verdict_of.h"

namespace attngate {
namespace {

class AgreementCheck {
 public:
  AgreementCheck(PropertyContext context, Lanes lanes)
      : context_(std::move(context)), lanes_(lanes), runner_(context_.device, context_.on_path) {}

  Verdict operator()(const AttentionCase& attention_case) {
    const std::vector<SelectedPath> selected = select_paths(context_, attention_case, lanes_);
    if (selected.empty()) return no_path(context_, "runs");
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
  return {.name = "agreement",
          .summary = "all paths agree with the fp64 reference and with each other (flash, efficient, else math)",
          .bind = [](const PropertyContext& context) { return make_check<AgreementCheck>(context, Lanes::fused); }};
}

Property agreement_math_property() {
  return {.name = "agreement_math",
          .summary = "the paths without fused kernels agree with the fp64 reference and with each other",
          .exists = [](DType, at::DeviceType device) { return device == at::kCUDA; },
          .bind = [](const PropertyContext& context) { return make_check<AgreementCheck>(context, Lanes::math); }};
}

Property agreement_cudnn_property() {
  return {.name = "agreement_cudnn",
          .summary = "the cuDNN paths agree with the fp64 reference and with each other",
          .exists = [](DType dtype, at::DeviceType device) { return device == at::kCUDA && dtype != DType::fp32; },
          .adapt = for_cudnn,
          .bind = [](const PropertyContext& context) { return make_check<AgreementCheck>(context, Lanes::cudnn); }};
}

}  // namespace attngate

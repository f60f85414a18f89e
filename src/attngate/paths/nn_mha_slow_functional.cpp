// The only unit that includes torch::nn headers: they take half a minute to compile.
#include <torch/nn/functional/activation.h>

#include "attngate/paths/builtin_paths.h"

namespace attngate {
namespace {

PathOutput run_functional(const CaseInputs& inputs) {
  const MhaParameters& p = inputs.parameters();
  const at::Tensor sequence_first = inputs.dense().transpose(0, 1);
  auto options = torch::nn::functional::MultiheadAttentionForwardFuncOptions(
                     p.embed_dim(), p.num_heads, p.in_proj_weight, p.in_proj_bias, /*bias_k=*/{},
                     /*bias_v=*/{}, /*add_zero_attn=*/false, /*dropout_p=*/0.0, p.out_proj_weight,
                     p.out_proj_bias)
                     .training(false)
                     .key_padding_mask(inputs.key_padding_mask())
                     .need_weights(inputs.attention_case().need_weights);
  const auto [output, weights] = torch::nn::functional::multi_head_attention_forward(
      sequence_first, sequence_first, sequence_first, options);
  return {output.transpose(0, 1), inputs.attention_case().need_weights ? weights : at::Tensor()};
}

Promise functional_promise(const AttentionCase& attention_case, at::DeviceType) {
  if (attention_case.dtype != DType::fp32 && attention_case.mask == MaskKind::padding) {
    return Promise::refuses("masked_fill", "its masked_fill has no fp16 and bf16 form");
  }
  return Promise::runs("unfused");
}

}  // namespace

void add_nn_mha_slow_functional_path(PathRegistry& registry) {
  registry.add({"nn_mha_slow_functional", "nn_mha_slow_functional", SdpBackend::any,
                "torch::nn::functional::multi_head_attention_forward of the C++ API", functional_promise,
                run_functional, /*gives_weights=*/true});
}

}  // namespace attngate

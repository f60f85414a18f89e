// The only unit that includes torch::nn headers: they take half a minute to compile.
#include <torch/nn/functional/activation.h>

#include "attngate/paths/mha/builtin_paths.h"
#include "attngate/paths/mha/hidden_keys.h"

namespace attngate {
namespace {

/// The module's attn_mask, [seqlen, seqlen] or [batch * num_heads, seqlen, seqlen], as numbers: a boolean one would be
/// added as 0 and 1 (PyTorch issue 80494).
at::Tensor float_attention_mask(const CaseInputs& inputs) {
  const at::Tensor& hidden = inputs.attention_mask();
  if (!hidden.defined()) return {};
  const at::Tensor mask = additive_mask(hidden, inputs);
  return mask.dim() == 4 ? mask.flatten(0, 1) : mask;
}

/// A causal mask alone hides no padding: ragged sequences bring their key padding mask too.
bool needs_key_padding_mask(const AttentionCase& attention_case) {
  switch (attention_case.mask) {
    case MaskKind::padding:
    case MaskKind::holes:
      return true;
    case MaskKind::causal:
      return attention_case.total_tokens() != attention_case.batch_size() * attention_case.padded_length();
    default:
      return false;
  }
}

at::Tensor key_padding_mask(const CaseInputs& inputs) {
  if (!needs_key_padding_mask(inputs.attention_case())) return {};
  return inputs.key_padding_mask().defined() ? inputs.key_padding_mask() : padded_keys(inputs);
}

PathOutput run_functional(const CaseInputs& inputs) {
  const MhaParameters& p = inputs.parameters();
  const at::Tensor sequence_first = inputs.dense().transpose(0, 1);
  auto options = torch::nn::functional::MultiheadAttentionForwardFuncOptions(
                     p.embed_dim(), p.num_heads, p.in_proj_weight, p.in_proj_bias, /*bias_k=*/{},
                     /*bias_v=*/{}, /*add_zero_attn=*/false, /*dropout_p=*/0.0, p.out_proj_weight, p.out_proj_bias)
                     .training(false)
                     .key_padding_mask(key_padding_mask(inputs))
                     .attn_mask(float_attention_mask(inputs))
                     .need_weights(inputs.attention_case().need_weights);
  const auto [output, weights] =
      torch::nn::functional::multi_head_attention_forward(sequence_first, sequence_first, sequence_first, options);
  return {output.transpose(0, 1), inputs.attention_case().need_weights ? weights : at::Tensor()};
}

Promise functional_promise(const AttentionCase& attention_case, at::DeviceType) {
  if (attention_case.lengths.empty()) {
    return Promise::refuses(open_size_error, "it leaves the length open, which a batch of 0 does not settle");
  }
  if (attention_case.mask == MaskKind::four_d) {
    return Promise::refuses("doesn't match the broadcast shape", "it adds a dimension to a mask that has them all");
  }
  if (attention_case.dtype != DType::fp32 && needs_key_padding_mask(attention_case)) {
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

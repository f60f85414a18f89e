// The fast path of nn.MultiheadAttention: at::_native_multi_head_attention, see
// aten/src/ATen/native/transformers/attention.cpp and cuda/attention.cu in PyTorch.
#include <ATen/ops/_native_multi_head_attention.h>

#include <algorithm>

#include "attngate/paths/builtin_paths.h"

namespace attngate {
namespace {

/// Mask type of a key padding mask [batch, seqlen], see native/transformers in PyTorch.
constexpr std::int64_t key_padding_mask_type = 1;

PathOutput run_native(const at::Tensor& input, const std::optional<at::Tensor>& mask,
                      const CaseInputs& inputs) {
  const MhaParameters& p = inputs.parameters();
  const bool need_weights = inputs.attention_case().need_weights;
  auto [output, weights] = at::_native_multi_head_attention(
      input, input, input, p.embed_dim(), p.num_heads, p.in_proj_weight, p.in_proj_bias,
      p.out_proj_weight, p.out_proj_bias, mask, need_weights, /*average_attn_weights=*/true,
      mask ? std::optional<std::int64_t>(key_padding_mask_type) : std::nullopt);
  return {output, need_weights ? weights : at::Tensor()};
}

const char* const even_heads_error = "Only support when num_heads is even in transformer";
const char* const no_kernel_error = "No available kernel";

/// Masked softmax on CUDA gives two rows to a warp and refuses an odd number of heads.
Promise masked_softmax_promise(const AttentionCase& attention_case, at::DeviceType device) {
  if (device == at::kCUDA && attention_case.num_heads % 2 != 0) {
    return Promise::refuses(even_heads_error, "masked softmax on CUDA wants an even num_heads");
  }
  return Promise::runs("unfused");
}

/// The operator asks SDPA only when weights are not needed and head_dim is a multiple of 8.
bool asks_sdpa(const AttentionCase& attention_case, at::DeviceType device) {
  return device == at::kCUDA && !attention_case.need_weights && attention_case.head_dim % 8 == 0;
}

Promise nested_promise(const AttentionCase& attention_case, at::DeviceType device, SdpBackend backend) {
  const Promise unfused = device == at::kCUDA ? masked_softmax_promise(attention_case, device)
                                              : Promise::runs("unfused");
  if (backend == SdpBackend::math) return unfused;
  if (!asks_sdpa(attention_case, device)) return Promise::redundant("unfused, as nn_mha_fast.math");
  if (backend == SdpBackend::flash &&
      (attention_case.dtype == DType::fp32 || attention_case.head_dim > 256)) {
    return Promise::refuses(no_kernel_error, "flash takes fp16 and bf16 with head_dim up to 256");
  }
  const bool has_length_1 = std::ranges::count(attention_case.lengths, 1) > 0;
  if (has_length_1) return Promise::redundant("a sequence of length 1: unfused, as nn_mha_fast.math");
  return Promise::runs(to_string(backend));
}

Promise masked_promise(const AttentionCase& attention_case, at::DeviceType device) {
  if (attention_case.mask == MaskKind::none) {
    return Promise::redundant("mask=none: nn_mha_fast_dense runs it");
  }
  return masked_softmax_promise(attention_case, device);
}

Promise dense_promise(const AttentionCase& attention_case, at::DeviceType device, SdpBackend backend) {
  if (attention_case.mask != MaskKind::none) {
    return Promise::redundant("mask=padding: nn_mha_fast_masked runs it");
  }
  if (backend == SdpBackend::math) return Promise::runs("unfused");
  if (!asks_sdpa(attention_case, device)) return Promise::redundant("unfused, as nn_mha_fast_dense.math");
  return dense_sdpa_promise(attention_case, device, backend);
}

}  // namespace

void add_nn_mha_fast_paths(PathRegistry& registry) {
  for (const SdpBackend backend : {SdpBackend::flash, SdpBackend::efficient, SdpBackend::math}) {
    registry.add({"nn_mha_fast." + to_string(backend), "nn_mha_fast", backend,
                  "at::_native_multi_head_attention on a nested tensor",
                  [backend](const AttentionCase& attention_case, at::DeviceType device) {
                    return nested_promise(attention_case, device, backend);
                  },
                  [](const CaseInputs& inputs) { return run_native(inputs.nested(), std::nullopt, inputs); },
                  /*gives_weights=*/true});
  }
  registry.add({"nn_mha_fast_masked", "nn_mha_fast_masked", SdpBackend::any,
                "at::_native_multi_head_attention on a padded tensor with a key padding mask",
                masked_promise, [](const CaseInputs& inputs) {
                  return run_native(inputs.dense(), inputs.key_padding_mask(), inputs);
                },
                /*gives_weights=*/true});
  for (const SdpBackend backend :
       {SdpBackend::flash, SdpBackend::efficient, SdpBackend::math, SdpBackend::cudnn}) {
    registry.add({"nn_mha_fast_dense." + to_string(backend), "nn_mha_fast_dense", backend,
                  "at::_native_multi_head_attention on a dense tensor without a mask",
                  [backend](const AttentionCase& attention_case, at::DeviceType device) {
                    return dense_promise(attention_case, device, backend);
                  },
                  [](const CaseInputs& inputs) { return run_native(inputs.dense(), std::nullopt, inputs); },
                  /*gives_weights=*/true});
  }
}

}  // namespace attngate

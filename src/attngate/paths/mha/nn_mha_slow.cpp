// The slow path of nn.MultiheadAttention: the algorithm of multi_head_attention_forward in
// torch/nn/functional.py of PyTorch, written with the same operators.
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>

#include <cmath>

#include "attngate/paths/mha/builtin_paths.h"
#include "attngate/paths/mha/hidden_keys.h"

namespace attngate {
namespace {

struct Heads {
  at::Tensor query, key, value;  ///< each [batch * num_heads, seqlen, head_dim]
};

/// Packed in-projection of [seqlen, batch, embed_dim] input.
Heads project(const at::Tensor& input, const MhaParameters& p) {
  const std::int64_t seqlen = input.size(0), batch = input.size(1), embed_dim = input.size(2);
  const at::Tensor packed = at::linear(input, p.in_proj_weight, p.in_proj_bias)
                                .view({seqlen, batch, 3, embed_dim})
                                .permute({2, 0, 1, 3})
                                .contiguous();
  const auto heads = [&](std::int64_t part) {
    return packed[part].view({seqlen, batch * p.num_heads, embed_dim / p.num_heads}).transpose(0, 1);
  };
  return {heads(0), heads(1), heads(2)};
}

/// Key padding and attention mask merged, to add to the logits: [batch, num_heads, seqlen or 1, seqlen]; undefined
/// where nothing is hidden.
at::Tensor merged_mask(const CaseInputs& inputs) {
  const at::Tensor hidden = hidden_keys(inputs);
  if (!hidden.defined()) return {};
  return additive_mask(hidden, inputs).expand({inputs.dense().size(0), inputs.parameters().num_heads, -1, -1});
}

at::Tensor out_projection(const at::Tensor& attention, std::int64_t seqlen, std::int64_t batch,
                          const MhaParameters& p) {
  return at::linear(attention, p.out_proj_weight, p.out_proj_bias).view({seqlen, batch, p.embed_dim()}).transpose(0, 1);
}

PathOutput run_with_weights(const Heads& heads, const CaseInputs& inputs) {
  const MhaParameters& p = inputs.parameters();
  const std::int64_t batch = inputs.dense().size(0), seqlen = inputs.dense().size(1);
  const at::Tensor scaled = heads.query.mul(std::sqrt(1.0 / static_cast<double>(heads.query.size(-1))));
  const at::Tensor key_transposed = heads.key.transpose(-2, -1);
  const at::Tensor mask = merged_mask(inputs);
  const at::Tensor logits =
      mask.defined() ? at::baddbmm(mask.reshape({batch * p.num_heads, mask.size(2), seqlen}), scaled, key_transposed)
                     : at::bmm(scaled, key_transposed);
  const at::Tensor weights = at::softmax(logits, -1);
  const at::Tensor attention =
      at::bmm(weights, heads.value).transpose(0, 1).contiguous().view({seqlen * batch, p.embed_dim()});
  return {out_projection(attention, seqlen, batch, p), weights.view({batch, p.num_heads, seqlen, seqlen}).mean(1)};
}

PathOutput run_without_weights(const Heads& heads, const CaseInputs& inputs) {
  const MhaParameters& p = inputs.parameters();
  const std::int64_t batch = inputs.dense().size(0), seqlen = inputs.dense().size(1);
  const auto by_head = [&](const at::Tensor& tensor) {
    return tensor.reshape({batch, p.num_heads, seqlen, tensor.size(-1)});
  };
  const at::Tensor mask = merged_mask(inputs);
  const at::Tensor attention =
      at::scaled_dot_product_attention(by_head(heads.query), by_head(heads.key), by_head(heads.value),
                                       mask.defined() ? std::optional(mask) : std::nullopt)
          .permute({2, 0, 1, 3})
          .contiguous()
          .view({batch * seqlen, p.embed_dim()});
  return {out_projection(attention, seqlen, batch, p), {}};
}

PathOutput run_slow(const CaseInputs& inputs) {
  const Heads heads = project(inputs.dense().transpose(0, 1), inputs.parameters());
  return inputs.attention_case().need_weights ? run_with_weights(heads, inputs) : run_without_weights(heads, inputs);
}

Promise slow_promise(const AttentionCase& attention_case, at::DeviceType device, SdpBackend backend) {
  if (!attention_case.need_weights) {
    return dense_sdpa_promise(attention_case, device, backend, attention_case.mask != MaskKind::none);
  }
  if (backend == SdpBackend::math) return Promise::runs("unfused");
  return Promise::redundant("need_weights=1 takes no SDPA, as nn_mha_slow.math");
}

}  // namespace

void add_nn_mha_slow_paths(PathRegistry& registry) {
  for (const SdpBackend backend : {SdpBackend::flash, SdpBackend::efficient, SdpBackend::math, SdpBackend::cudnn}) {
    registry.add({"nn_mha_slow." + to_string(backend), "nn_mha_slow", backend,
                  "the algorithm of torch.nn.functional.multi_head_attention_forward on a padded tensor",
                  [backend](const AttentionCase& attention_case, at::DeviceType device) {
                    return slow_promise(attention_case, device, backend);
                  },
                  run_slow, /*gives_weights=*/true});
  }
}

}  // namespace attngate

// The fast path of nn.MultiheadAttention: at::_native_multi_head_attention, see
// aten/src/ATen/native/transformers/attention.cpp and cuda/attention.cu in PyTorch.
#include <ATen/ops/_native_multi_head_attention.h>

#include <algorithm>

#include "attngate/paths/mha/builtin_paths.h"
#include "attngate/paths/mha/hidden_keys.h"

namespace attngate {
namespace {

/// A mask as the operator takes it: True hides a key.
struct NativeMask {
  at::Tensor hidden;
  /// 0: [seqlen, seqlen]; 1: key padding [batch, seqlen]; 2: [batch, num_heads, seqlen, seqlen].
  std::int64_t type;
};

NativeMask native_mask(const CaseInputs& inputs) {
  const MaskKind mask = inputs.attention_case().mask;
  if (mask == MaskKind::padding || mask == MaskKind::holes) return {inputs.key_padding_mask(), 1};
  if (mask == MaskKind::two_d || (mask == MaskKind::causal && inputs.is_rectangular())) {
    return {inputs.attention_mask(), 0};
  }
  const std::int64_t batch = inputs.dense().size(0), seqlen = inputs.dense().size(1);
  return {hidden_keys(inputs).expand({batch, inputs.parameters().num_heads, seqlen, seqlen}), 2};
}

PathOutput run_native(const at::Tensor& input, const std::optional<NativeMask>& mask, const CaseInputs& inputs) {
  const MhaParameters& p = inputs.parameters();
  const bool need_weights = inputs.attention_case().need_weights;
  auto [output, weights] = at::_native_multi_head_attention(
      input, input, input, p.embed_dim(), p.num_heads, p.in_proj_weight, p.in_proj_bias, p.out_proj_weight,
      p.out_proj_bias, mask ? std::optional(mask->hidden) : std::nullopt, need_weights,
      /*average_attn_weights=*/true, mask ? std::optional(mask->type) : std::nullopt);
  return {output, need_weights ? weights : at::Tensor()};
}

const char* const even_heads_error = "Only support when num_heads is even in transformer";
const char* const no_kernel_error = "No available kernel";

/// Masked softmax on CUDA gives two rows of up to 1024 columns to a warp, and then refuses an odd number of heads with
/// a key padding mask; longer rows take another kernel.
constexpr std::int64_t longest_shared_row = 1024;

Promise masked_softmax_promise(const AttentionCase& attention_case, at::DeviceType device, std::int64_t columns) {
  if (device == at::kCUDA && attention_case.num_heads % 2 != 0 && columns <= longest_shared_row) {
    return Promise::refuses(even_heads_error, "masked softmax on CUDA wants an even num_heads");
  }
  return Promise::runs("unfused");
}

/// The operator asks SDPA only when weights are not needed and head_dim is a multiple of 8.
bool asks_sdpa(const AttentionCase& attention_case, at::DeviceType device) {
  return device == at::kCUDA && !attention_case.need_weights && attention_case.head_dim % 8 == 0;
}

/// What the fused backends refuse of a nested tensor on CUDA, once the operator asks them.
std::optional<Promise> fused_refusal(const AttentionCase& attention_case, SdpBackend backend) {
  if (backend == SdpBackend::flash && (attention_case.dtype == DType::fp32 || attention_case.head_dim > 256)) {
    return Promise::refuses(no_kernel_error, "flash takes fp16 and bf16 with head_dim up to 256");
  }
  if (std::ranges::count(attention_case.lengths, 0) > 0) {
    return Promise::refuses(no_kernel_error, "no fused backend takes a nested sequence of length 0");
  }
  return std::nullopt;
}

Promise nested_unfused_promise(const AttentionCase& attention_case, at::DeviceType device) {
  if (has_nested_gaps(attention_case)) return Promise::refuses(nested_gaps_error, "linear takes no gaps");
  if (attention_case.total_tokens() == 0) {
    // The CPU pads the nested tensor; CUDA launches a kernel with a block for each row that it would pad to.
    return Promise::refuses(
        device == at::kCUDA ? "invalid argument" : "at least one constituent tensor should have non-zero numel",
        "the unfused branch finds nothing to pad");
  }
  return masked_softmax_promise(attention_case, device, attention_case.max_length());
}

Promise nested_promise(const AttentionCase& attention_case, at::DeviceType device, SdpBackend backend) {
  if (has_explicit_mask(attention_case) || attention_case.mask == MaskKind::causal) {
    return Promise::inexpressible("the operator takes no mask with a nested tensor");
  }
  const bool fused = backend != SdpBackend::math;
  if (fused && (attention_case.lengths.empty() || !asks_sdpa(attention_case, device))) {
    return Promise::redundant("asks no SDPA, as nn_mha_fast.math");
  }
  if (attention_case.lengths.empty()) {
    return Promise::refuses("expected 3-D `query`", "a nested tensor without sequences has one dimension");
  }
  if (!fused) return nested_unfused_promise(attention_case, device);
  if (const auto refusal = fused_refusal(attention_case, backend)) return *refusal;
  if (has_nested_gaps(attention_case)) return Promise::refuses(nested_gaps_error, "linear takes no gaps");
  if (std::ranges::count(attention_case.lengths, 1) > 0) {
    return Promise::redundant("a sequence of length 1: unfused, as nn_mha_fast.math");
  }
  return Promise::runs(to_string(backend));
}

/// The operator on an empty padded form: it returns before any kernel, and gives no weights.
Promise empty_dense_promise(const AttentionCase& attention_case, at::DeviceType device) {
  if (attention_case.lengths.empty() && asks_sdpa(attention_case, device)) {
    return Promise::refuses(open_size_error, "asking SDPA leaves the length open, which a batch of 0 does not settle");
  }
  return Promise::runs("none");
}

bool is_empty_dense(const AttentionCase& attention_case) {
  return attention_case.batch_size() * attention_case.padded_length() == 0;
}

Promise masked_promise(const AttentionCase& attention_case, at::DeviceType device) {
  if (attention_case.mask == MaskKind::none) {
    return Promise::redundant("mask=none: nn_mha_fast_dense runs it");
  }
  if (is_empty_dense(attention_case)) return empty_dense_promise(attention_case, device);
  // Masks of the other two types leave no rows to share.
  const bool key_padding = attention_case.mask == MaskKind::padding || attention_case.mask == MaskKind::holes;
  return key_padding ? masked_softmax_promise(attention_case, device, attention_case.padded_length())
                     : Promise::runs("unfused");
}

Promise dense_promise(const AttentionCase& attention_case, at::DeviceType device, SdpBackend backend) {
  if (attention_case.mask != MaskKind::none) {
    return Promise::redundant("masked: nn_mha_fast_masked runs it");
  }
  const bool fused = backend != SdpBackend::math;
  if (fused && !asks_sdpa(attention_case, device)) return Promise::redundant("unfused, as nn_mha_fast_dense.math");
  const bool empty_batch = attention_case.lengths.empty();
  if (is_empty_dense(attention_case) && (!fused || empty_batch)) return empty_dense_promise(attention_case, device);
  return fused ? dense_sdpa_promise(attention_case, device, backend, /*masked=*/false) : Promise::runs("unfused");
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
                "at::_native_multi_head_attention on a padded tensor with a mask", masked_promise,
                [](const CaseInputs& inputs) { return run_native(inputs.dense(), native_mask(inputs), inputs); },
                /*gives_weights=*/true});
  for (const SdpBackend backend : {SdpBackend::flash, SdpBackend::efficient, SdpBackend::math, SdpBackend::cudnn}) {
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

#include <ATen/NestedTensorImpl.h>
#include <ATen/ops/_nested_view_from_buffer.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <algorithm>

#include "attngate/paths/mha/builtin_paths.h"
#include "attngate/paths/mha/composite_sdpa.h"
#include "attngate/paths/mha/hidden_keys.h"

namespace attngate {
namespace {

/// What the nested form and its projection refuse before any SDPA.
std::optional<Promise> refusal_before_sdpa(const AttentionCase& attention_case) {
  if (has_explicit_mask(attention_case)) {
    return Promise::inexpressible("SDPA takes no mask with a nested tensor");
  }
  if (attention_case.lengths.empty()) {
    return Promise::refuses("Linear requires nested_tensor.dim == 3",
                            "a nested tensor without sequences has one dimension");
  }
  if (has_nested_gaps(attention_case)) {
    return Promise::refuses(nested_gaps_error, "linear takes no nested tensor with gaps");
  }
  return std::nullopt;
}

/// Which nested input the fused backends take on CUDA.
bool cuda_accepts_nested(const AttentionCase& attention_case, SdpBackend backend) {
  if (std::ranges::count(attention_case.lengths, 0) > 0) return false;
  const bool half = attention_case.dtype != DType::fp32;
  const std::int64_t head_dim = attention_case.head_dim;
  return (backend == SdpBackend::flash && half && head_dim % 8 == 0 && head_dim <= 256) ||
         (backend == SdpBackend::efficient && head_dim % (half ? 8 : 4) == 0);
}

Promise nested_promise(const AttentionCase& attention_case, at::DeviceType device, SdpBackend backend) {
  if (const auto refusal = refusal_before_sdpa(attention_case)) return *refusal;
  if (backend == SdpBackend::math) {
    return Promise::refuses("must be contiguous", "math takes no strided nested tensors");
  }
  if (device != at::kCUDA) {
    return Promise::refuses(backend == SdpBackend::flash ? "No available kernel" : "No viable backend",
                            "no fused backend takes nested tensors on the CPU");
  }
  if (!cuda_accepts_nested(attention_case, backend)) {
    return Promise::refuses("No available kernel",
                            to_string(backend) + " does not take this dtype, head_dim or length nested");
  }
  return Promise::runs(to_string(backend));
}

/// 1,025 sequences took more than 1.3 s on an H200, 4,097 more than 20 s.
constexpr std::int64_t most_sequences_of_nested_math = 256;

Promise nested_contiguous_promise(const AttentionCase& attention_case, at::DeviceType) {
  if (has_explicit_mask(attention_case)) return Promise::inexpressible("SDPA takes no mask with a nested tensor");
  if (attention_case.lengths.empty()) {
    return Promise::inexpressible("a nested view without sequences crashes when it is asked for its size");
  }
  if (attention_case.batch_size() > most_sequences_of_nested_math) {
    return Promise::inexpressible("nested math multiplies sequence by sequence: so many take seconds");
  }
  if (attention_case.mask == MaskKind::causal) {
    return Promise::refuses("not supported when is_causal=True", "nested math has no causal flag");
  }
  if (attention_case.total_tokens() == 0) {
    return Promise::refuses("at least one constituent tensor should have non-zero numel",
                            "nested math pads, and finds nothing to pad");
  }
  return Promise::runs("math");
}

Promise dense_promise(const AttentionCase& attention_case, at::DeviceType device, SdpBackend backend) {
  if (attention_case.lengths.empty()) {
    return Promise::refuses(open_size_error,
                            "the composite leaves the length open, which a batch of 0 does not settle");
  }
  // The causal flag needs no mask, see run_dense().
  const bool masked = attention_case.mask != MaskKind::none && attention_case.mask != MaskKind::causal;
  return dense_sdpa_promise(attention_case, device, backend, masked);
}

bool is_causal(const CaseInputs& inputs) { return inputs.attention_case().mask == MaskKind::causal; }

PathOutput run_nested(const CaseInputs& inputs) {
  const CompositeSdpa composite = build_composite_sdpa(inputs.parameters());
  const at::Tensor& x = inputs.nested();
  if (is_causal(inputs)) return {composite.forward_causal(x), {}};
  return {composite.forward(x, x, x, std::nullopt).first, {}};
}

PathOutput run_dense(const CaseInputs& inputs) {
  const CompositeSdpa composite = build_composite_sdpa(inputs.parameters());
  // Padding comes behind the valid keys: with the causal flag no valid query sees it, and no mask is needed.
  if (is_causal(inputs)) return {composite.forward_causal(inputs.dense()), {}};
  return {composite.forward_padded(inputs.dense(), hidden_keys(inputs)), {}};
}

/// How rows [total_tokens * num_heads, head_dim] in token order become one contiguous
/// [num_heads, length, head_dim] block per sequence, and back.
struct HeadMajorOrder {
  at::Tensor forward, backward;        ///< int64 [total_tokens * num_heads], on the case's device
  at::Tensor sizes, strides, offsets;  ///< nested metadata, on the host

  explicit HeadMajorOrder(const CaseInputs& inputs);
};

HeadMajorOrder::HeadMajorOrder(const CaseInputs& inputs) {
  const AttentionCase& attention_case = inputs.attention_case();
  const std::int64_t batch = attention_case.batch_size(), head_dim = attention_case.head_dim;
  const std::int64_t num_heads = attention_case.num_heads;
  const at::Tensor order = at::empty({2, attention_case.total_tokens() * num_heads}, at::kLong);
  sizes = at::empty({batch, 3}, at::kLong);
  strides = at::empty({batch, 3}, at::kLong);
  offsets = at::empty({batch}, at::kLong);
  auto* to_blocks = order[0].data_ptr<std::int64_t>();
  auto* to_tokens = order[1].data_ptr<std::int64_t>();
  std::int64_t first = 0, block_row = 0;
  for (std::int64_t sequence = 0; sequence < batch; ++sequence) {
    const std::int64_t length = attention_case.lengths[static_cast<std::size_t>(sequence)];
    const std::int64_t size[] = {num_heads, length, head_dim};
    const std::int64_t stride[] = {length * head_dim, head_dim, 1};
    std::copy_n(size, 3, sizes.data_ptr<std::int64_t>() + 3 * sequence);
    std::copy_n(stride, 3, strides.data_ptr<std::int64_t>() + 3 * sequence);
    offsets.data_ptr<std::int64_t>()[sequence] = block_row * head_dim;
    for (std::int64_t head = 0; head < num_heads; ++head) {
      for (std::int64_t token = 0; token < length; ++token, ++block_row) {
        const std::int64_t token_row = (first + token) * num_heads + head;
        to_blocks[block_row] = token_row;
        to_tokens[token_row] = block_row;
      }
    }
    first += length;
  }
  const at::Tensor placed = order.to(inputs.device());
  forward = placed[0];
  backward = placed[1];
}

/// Composite SDPA with contiguous nested heads, the only form that the math backend takes.
PathOutput run_nested_contiguous(const CaseInputs& inputs) {
  const MhaParameters& p = inputs.parameters();
  const AttentionCase& attention_case = inputs.attention_case();
  const HeadMajorOrder order(inputs);
  const auto packed = at::linear(inputs.tokens(), p.in_proj_weight, p.in_proj_bias).chunk(3, -1);
  const auto heads = [&](const at::Tensor& part) {
    const at::Tensor rows = part.reshape({-1, attention_case.head_dim});
    return at::_nested_view_from_buffer(at::index_select(rows, 0, order.forward).view(-1), order.sizes, order.strides,
                                        order.offsets);
  };
  const at::Tensor attention =
      at::scaled_dot_product_attention(heads(packed[0]), heads(packed[1]), heads(packed[2]), /*attn_mask=*/{},
                                       /*dropout_p=*/0.0, is_causal(inputs))
          .contiguous();
  const at::Tensor rows =
      at::native::get_nested_tensor_impl(attention)->get_buffer().view({-1, attention_case.head_dim});
  const at::Tensor tokens =
      at::index_select(rows, 0, order.backward).view({attention_case.total_tokens(), p.embed_dim()});
  return {at::linear(tokens, p.out_proj_weight, p.out_proj_bias), {}};
}

void add_per_backend(PathRegistry& registry, const std::string& family, const std::string& summary,
                     Promise (*promise)(const AttentionCase&, at::DeviceType, SdpBackend),
                     PathOutput (*run)(const CaseInputs&)) {
  for (const SdpBackend backend : {SdpBackend::flash, SdpBackend::efficient, SdpBackend::math, SdpBackend::cudnn}) {
    registry.add({family + "." + to_string(backend), family, backend, summary,
                  [backend, promise](const AttentionCase& attention_case, at::DeviceType device) {
                    return promise(attention_case, device, backend);
                  },
                  run});
  }
}

}  // namespace

void add_composite_sdpa_paths(PathRegistry& registry) {
  add_per_backend(registry, "composite_sdpa_nested", "linear, SDPA, linear on a nested tensor", nested_promise,
                  run_nested);
  registry.add({"composite_sdpa_nested_contiguous.math", "composite_sdpa_nested", SdpBackend::math,
                "linear, SDPA on contiguous nested heads, linear", nested_contiguous_promise, run_nested_contiguous});
  add_per_backend(registry, "composite_sdpa_dense", "linear, SDPA, linear on a padded tensor, masked", dense_promise,
                  run_dense);
}

}  // namespace attngate

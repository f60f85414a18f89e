#include <ATen/NestedTensorImpl.h>
#include <ATen/ops/_nested_view_from_buffer.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <algorithm>

#include "attngate/paths/builtin_paths.h"
#include "attngate/paths/composite_sdpa.h"

namespace attngate {
namespace {

Promise nested_promise(const AttentionCase& attention_case, at::DeviceType device, SdpBackend backend) {
  if (backend == SdpBackend::math) {
    return Promise::refuses("must be contiguous", "math takes no strided nested tensors");
  }
  if (device != at::kCUDA) {
    return Promise::refuses(backend == SdpBackend::flash ? "No available kernel" : "No viable backend",
                            "no fused backend takes nested tensors on the CPU");
  }
  const bool half = attention_case.dtype != DType::fp32;
  const bool accepts =
      (backend == SdpBackend::flash && half && attention_case.head_dim % 8 == 0 && attention_case.head_dim <= 256) ||
      (backend == SdpBackend::efficient && attention_case.head_dim % (half ? 8 : 4) == 0);
  if (accepts) return Promise::runs(to_string(backend));
  return Promise::refuses("No available kernel",
                          to_string(backend) + " does not take this dtype or head_dim nested");
}

PathOutput run_nested(const CaseInputs& inputs) {
  const at::Tensor& x = inputs.nested();
  return {build_composite_sdpa(inputs.parameters()).forward(x, x, x, std::nullopt).first, {}};
}

PathOutput run_dense(const CaseInputs& inputs) {
  return {build_composite_sdpa(inputs.parameters()).forward_padded(inputs.dense(), inputs.key_padding_mask()),
          {}};
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
    return at::_nested_view_from_buffer(at::index_select(rows, 0, order.forward).view(-1), order.sizes,
                                        order.strides, order.offsets);
  };
  const at::Tensor attention =
      at::scaled_dot_product_attention(heads(packed[0]), heads(packed[1]), heads(packed[2])).contiguous();
  const at::Tensor rows = at::native::get_nested_tensor_impl(attention)->get_buffer().view(
      {-1, attention_case.head_dim});
  const at::Tensor tokens =
      at::index_select(rows, 0, order.backward).view({attention_case.total_tokens(), p.embed_dim()});
  return {at::linear(tokens, p.out_proj_weight, p.out_proj_bias), {}};
}

void add_per_backend(PathRegistry& registry, const std::string& family, const std::string& summary,
                     Promise (*promise)(const AttentionCase&, at::DeviceType, SdpBackend),
                     PathOutput (*run)(const CaseInputs&)) {
  for (const SdpBackend backend :
       {SdpBackend::flash, SdpBackend::efficient, SdpBackend::math, SdpBackend::cudnn}) {
    registry.add({family + "." + to_string(backend), family, backend, summary,
                  [backend, promise](const AttentionCase& attention_case, at::DeviceType device) {
                    return promise(attention_case, device, backend);
                  },
                  run});
  }
}

}  // namespace

void add_composite_sdpa_paths(PathRegistry& registry) {
  add_per_backend(registry, "composite_sdpa_nested", "linear, SDPA, linear on a nested tensor",
                  nested_promise, run_nested);
  registry.add({"composite_sdpa_nested_contiguous.math", "composite_sdpa_nested", SdpBackend::math,
                "linear, SDPA on contiguous nested heads, linear",
                [](const AttentionCase&, at::DeviceType) { return Promise::runs("math"); },
                run_nested_contiguous});
  add_per_backend(registry, "composite_sdpa_dense", "linear, SDPA, linear on a padded tensor, masked",
                  dense_sdpa_promise, run_dense);
}

}  // namespace attngate

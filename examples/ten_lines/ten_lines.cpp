// An attention of your own in ten lines, as README.md shows it. my_attention/ has the same with everything explained.
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>

#include <cmath>
#include <limits>

#include "attngate/paths/attention_path.h"

using namespace attngate;

namespace {

/// Stands for your kernel: from query, key and value side by side, [batch, length, 3 * embed_dim], to the joined heads,
/// [batch, length, embed_dim].
at::Tensor your_kernel(const at::Tensor& projected, const CaseInputs& inputs) {
  const std::int64_t num_heads = inputs.parameters().num_heads, head_dim = projected.size(2) / 3 / num_heads;
  const at::Tensor qkv = projected.unflatten(2, {3, num_heads, head_dim}).permute({2, 0, 3, 1, 4});
  const at::Tensor logits =
      at::matmul(qkv[0].mul(1 / std::sqrt(static_cast<double>(head_dim))), qkv[1].transpose(2, 3));
  const at::Tensor hidden = inputs.key_padding_mask().unsqueeze(1).unsqueeze(1);  // [batch, 1, 1, length]
  const at::Tensor weights = at::softmax(logits.masked_fill(hidden, -std::numeric_limits<double>::infinity()), 3);
  return at::matmul(weights, qkv[2]).transpose(1, 2).flatten(2);
}

// The ten lines.
PathOutput run(const CaseInputs& inputs) {
  const MhaParameters& p = inputs.parameters();
  const at::Tensor heads = your_kernel(at::linear(inputs.dense(), p.in_proj_weight, p.in_proj_bias), inputs);
  return {at::linear(heads, p.out_proj_weight, p.out_proj_bias), {}};
}
Promise promise(const AttentionCase& c, at::DeviceType) {
  return c.mask == MaskKind::padding ? Promise::runs() : Promise::inexpressible("takes a padding mask only");
}
const AttentionPath mine{.name = "mine", .family = "mine", .summary = "my own", .promise = promise, .run = run};
const RegisterPaths registered([](PathRegistry& registry) { registry.add(mine); });

}  // namespace

#include "dense_attention.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>

#include <cmath>
#include <limits>

namespace attngate {
namespace {

void apply(const Mistake::Change& change, at::Tensor& tensor, const CaseInputs& inputs) {
  if (change) change(tensor, inputs);
}

/// Padding is hidden whatever the mask; what else is, the mask says.
at::Tensor hidden_keys(const CaseInputs& inputs) {
  const at::Tensor columns = at::arange(inputs.attention_case().padded_length(), inputs.lengths().options());
  at::Tensor hidden = columns.unsqueeze(0).ge(inputs.lengths().unsqueeze(1)).unsqueeze(1).unsqueeze(1);
  if (inputs.key_padding_mask().defined())
    hidden = hidden.logical_or(inputs.key_padding_mask().unsqueeze(1).unsqueeze(1));
  if (inputs.attention_mask().defined()) hidden = hidden.logical_or(inputs.attention_mask());
  return hidden;
}

at::Tensor linear(const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& bias) {
  return at::matmul(rows, weight.to(at::kDouble).t()).add(bias.to(at::kDouble));
}

}  // namespace

PathOutput dense_attention(const CaseInputs& inputs, const Mistake& mistake) {
  const MhaParameters& p = inputs.parameters();
  const AttentionCase& c = inputs.attention_case();
  at::Tensor input = inputs.dense();
  apply(mistake.input, input, inputs);
  const at::Tensor packed = linear(input.to(at::kDouble), p.in_proj_weight, p.in_proj_bias)
                                .view({c.batch_size(), c.padded_length(), 3, c.num_heads, c.head_dim})
                                .permute({2, 0, 3, 1, 4});
  at::Tensor logits =
      at::matmul(packed[0], packed[1].transpose(-2, -1)).mul(1 / std::sqrt(static_cast<double>(c.head_dim)));
  apply(mistake.logits, logits, inputs);
  at::Tensor hidden = hidden_keys(inputs);
  apply(mistake.hidden, hidden, inputs);
  at::Tensor probabilities =
      at::softmax(logits.masked_fill(hidden, -std::numeric_limits<double>::infinity()), -1).nan_to_num();
  apply(mistake.probabilities, probabilities, inputs);
  at::Tensor attention =
      at::matmul(probabilities, packed[2]).transpose(1, 2).reshape({c.batch_size(), c.padded_length(), c.embed_dim()});
  apply(mistake.attention, attention, inputs);
  at::Tensor output = linear(attention, p.out_proj_weight, p.out_proj_bias).to(input.scalar_type());
  apply(mistake.output, output, inputs);
  return {output, {}};
}

AttentionPath dense_path(const std::string& name, const Mistake& mistake) {
  AttentionPath path;
  path.name = path.family = name;
  path.backend = SdpBackend::any;
  path.promise = [](const AttentionCase&, at::DeviceType) { return Promise::runs(); };
  path.run = [mistake](const CaseInputs& inputs) { return dense_attention(inputs, mistake); };
  return path;
}

}  // namespace attngate

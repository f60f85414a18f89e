// An attention of your own under test: copy this file, put your kernel into run(), and build in the repository with
//
//     cmake --preset dev -DATTNGATE_USER_PATHS=path/to/my_attention.cpp && cmake --build --preset dev
//     build/dev/bin/attngate check --property agreement --path my_attention
//
// No line of attngate changes: the object at the end of this file registers the path before main() runs.
// The interface is src/attngate/paths/attention_path.h; docs/paths.md explains it.

// One header per operator: they compile in seconds, torch/torch.h takes half a minute.
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <c10/util/Exception.h>

#include <cmath>
#include <limits>

#include "attngate/paths/attention_path.h"

namespace {

using attngate::AttentionCase;
using attngate::CaseInputs;
using attngate::PathOutput;
using attngate::Promise;

/// An invented limit, as real kernels have them.
constexpr std::int64_t largest_head_dim = 128;

/// What the path says of a case before it runs, from the case and the kind of device alone.
///
/// runs()       it returns an output, which must be right
/// refuses()    it raises an error whose text contains the first argument; the property `status` holds it to that
/// redundant()  the case is not worth a run here: other paths cover it
/// inexpressible()  the path has no way to say what the case asks for: a kind of mask that it does not take
///
/// An error that was not promised fails, and so does a success where an error was promised. runs("flash") claims
/// that SDPA's flash kernel is seen to run; this path has no SDPA, so it claims nothing.
Promise promise(const AttentionCase& attention_case, at::DeviceType) {
  if (attention_case.head_dim > largest_head_dim) {
    return Promise::refuses("head_dim", "an invented limit: it shows how a path refuses");
  }
  const attngate::MaskKind mask = attention_case.mask;
  if (mask == attngate::MaskKind::two_d || mask == attngate::MaskKind::four_d || mask == attngate::MaskKind::causal) {
    return Promise::inexpressible("takes a key padding mask only");
  }
  return Promise::runs();
}

/// Multi-head self-attention of the case's input, by plain operators on the padded form.
///
/// Inputs come in every form at once, on the device and in the dtype of the case; take the one that suits you:
///
///     inputs.dense()             [batch, padded_length, embed_dim]; positions past a length hold large finite junk
///     inputs.key_padding_mask()  bool [batch, padded_length], true on padding; undefined without one
///     inputs.tokens()            [total_tokens, embed_dim], sequences one behind the other without padding
///     inputs.first_row_of_sequence()  int64 [batch + 1], where each sequence starts in tokens()
///     inputs.nested()            strided nested tensor [batch, (lengths), embed_dim], a view of tokens()
///     inputs.parameters()        weights and biases, as torch.nn.MultiheadAttention holds them
///
/// Inputs are shared by all paths: do not write to them. InferenceMode is on. Do not synchronise with the GPU.
PathOutput run(const CaseInputs& inputs) {
  const attngate::MhaParameters& p = inputs.parameters();
  const std::int64_t batch = inputs.dense().size(0), length = inputs.dense().size(1), embed_dim = p.embed_dim();
  const std::int64_t head_dim = embed_dim / p.num_heads;
  TORCH_CHECK_NOT_IMPLEMENTED(head_dim <= largest_head_dim, "my_attention takes head_dim up to ", largest_head_dim,
                              ", not ", head_dim);

  // in_proj_weight [3 * embed_dim, embed_dim] has the rows of query, key and value in this order, each head by head.
  const auto packed = at::linear(inputs.dense(), p.in_proj_weight, p.in_proj_bias).chunk(3, -1);
  const auto heads = [&](const at::Tensor& part) {  // [batch, num_heads, length, head_dim]
    return part.view({batch, length, p.num_heads, head_dim}).transpose(1, 2);
  };
  at::Tensor logits = at::matmul(heads(packed[0]).mul(1 / std::sqrt(static_cast<double>(head_dim))),
                                 heads(packed[1]).transpose(-2, -1));
  if (inputs.key_padding_mask().defined()) {
    logits = logits.masked_fill(inputs.key_padding_mask().view({batch, 1, 1, length}),
                                -std::numeric_limits<double>::infinity());
  }
  const at::Tensor weights = at::softmax(logits, -1);  // [batch, num_heads, length, length]
  const at::Tensor attention = at::matmul(weights, heads(packed[2]));
  const at::Tensor joined = attention.transpose(1, 2).reshape({batch, length, embed_dim});

  // The output may be dense [batch, padded_length, embed_dim], token rows [total_tokens, embed_dim] or nested; its rank
  // tells which. What stands in padded rows does not matter. Weights, averaged over the heads, only when the case asks.
  return {at::linear(joined, p.out_proj_weight, p.out_proj_bias),
          inputs.attention_case().need_weights ? weights.mean(1) : at::Tensor()};
}

// The path's name is what --path takes. A family of its own and SdpBackend::any, the backend for a path that is not one
// of several held to single SDPA backends, bring it into `agreement` on every device, against the fp64 reference and
// against each of LibTorch's paths.
const attngate::RegisterPaths registered{[](attngate::PathRegistry& registry) {
  registry.add({.name = "my_attention",
                .family = "my_attention",
                .backend = attngate::SdpBackend::any,
                .summary = "the example: softmax(QK'/sqrt(d))V by plain operators on a padded tensor",
                .promise = promise,
                .run = run,
                .gives_weights = true});
}};

}  // namespace

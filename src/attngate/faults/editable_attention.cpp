#include "attngate/faults/editable_attention.h"

#include <ATen/ops/_native_multi_head_attention.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "attngate/paths/mha/builtin_paths.h"
#include "attngate/paths/sdp_backend_guard.h"
#include "attngate/values/nested_form.h"

namespace attngate::faults {
namespace {

void call(const Edit& edit, Attention& attention) {
  if (edit) edit(attention);
}

/// Linear, then one tensor [B, H, T, D] each for query, key and value.
void project(Attention& a) {
  const auto packed = at::linear(a.input, a.parameters.in_proj_weight, a.parameters.in_proj_bias).chunk(3, -1);
  const auto heads = [&](const at::Tensor& part) {
    return part.reshape({a.batch(), a.columns(), a.num_heads(), a.head_dim()}).transpose(1, 2);
  };
  a.query = heads(packed[0]);
  a.key = heads(packed[1]);
  a.value = heads(packed[2]);
}

void project_out(Attention& a) {
  const at::Tensor joined = a.heads.transpose(1, 2).reshape({a.batch(), a.columns(), a.embed_dim()});
  a.output = at::linear(joined, a.parameters.out_proj_weight, a.parameters.out_proj_bias);
}

void attend_unfused(Attention& a, const Hooks& hooks) {
  a.logits = at::matmul(a.query.mul(a.scale), a.key.transpose(-2, -1));
  call(hooks.logits, a);
  if (const at::Tensor hidden = a.hidden(); hidden.defined()) {
    a.logits = a.logits.masked_fill(hidden, -std::numeric_limits<double>::infinity());
  }
  a.probabilities = at::softmax(a.logits, -1);
  call(hooks.probabilities, a);
  a.heads = at::matmul(a.probabilities, a.value);
  if (a.attention_case().need_weights) a.weights = a.probabilities.mean(1);
}

/// The backend that LibTorch would take, cuDNN left out: its plans take 60 to 150 ms for each new shape.
SdpBackend sdpa_backend(const Attention& a, bool masked) {
  for (const SdpBackend backend : {SdpBackend::flash, SdpBackend::efficient}) {
    const Promise promise = dense_sdpa_promise(a.attention_case(), a.inputs.device().type(), backend, masked);
    if (promise.kind == Promise::Kind::runs) return backend;
  }
  return SdpBackend::math;
}

void attend_sdpa(Attention& a) {
  std::optional<at::Tensor> visible;  // in SDPA True says where to look
  if (const at::Tensor hidden = a.hidden(); hidden.defined()) visible = hidden.logical_not();
  const SdpBackendGuard guard(sdpa_backend(a, visible.has_value()));
  a.heads =
      at::scaled_dot_product_attention(a.query, a.key, a.value, visible, /*dropout_p=*/0, /*is_causal=*/false, a.scale);
}

/// Mask types of at::_native_multi_head_attention: 0 is [T, T], 1 is [B, T], 2 is [B, H, T, T].
std::optional<std::int64_t> mask_type(const Attention& a) {
  if (a.key_padding.defined()) return 1;
  if (a.attention_mask.defined()) return a.attention_mask.dim() == 2 ? 0 : 2;
  return std::nullopt;
}

void attend_native(Attention& a) {
  const MhaParameters& p = a.parameters;
  const std::optional<std::int64_t> type = mask_type(a);
  const bool need_weights = a.attention_case().need_weights;
  std::optional<at::Tensor> mask;
  if (type) mask = type == 1 ? a.key_padding : a.attention_mask;
  const SdpBackendGuard unfused(SdpBackend::math);  // the branch that takes every case
  std::tie(a.output, a.weights) = at::_native_multi_head_attention(
      a.input, a.input, a.input, p.embed_dim(), p.num_heads, p.in_proj_weight, p.in_proj_bias, p.out_proj_weight,
      p.out_proj_bias, mask, need_weights, /*average_attn_weights=*/true, type);
  if (!need_weights) a.weights = at::Tensor();
}

/// The nested input in packed rows: the operator takes no gaps.
at::Tensor without_gaps(const Attention& a) {
  AttentionCase packed = a.attention_case();
  packed.nested = NestedForm::view;
  return nested_view(at::cat(a.input.unbind()).view(-1), packed);
}

/// Nothing to attend to: the empty output, whatever LibTorch's operators say of empty tensors.
PathOutput empty_output(const Attention& a) {
  const bool need_weights = a.attention_case().need_weights;
  return {at::zeros({0, a.embed_dim()}, a.inputs.tokens().options()),
          need_weights ? at::zeros({a.batch(), a.columns(), a.columns()}, a.inputs.tokens().options()) : at::Tensor()};
}

PathOutput run(Base base, const Hooks& hooks, const CaseInputs& inputs) {
  Attention a(inputs);
  if (a.attention_case().total_tokens() == 0) return empty_output(a);
  const bool nested = base == Base::native_nested;
  if (nested) {
    a.input = inputs.nested();
    a.key_padding = at::Tensor();
  }
  call(hooks.input, a);
  if (nested && a.input.is_same(inputs.nested()) && has_nested_gaps(a.attention_case())) a.input = without_gaps(a);
  if (nested || base == Base::native_masked) {
    attend_native(a);
  } else {
    project(a);
    call(hooks.projected, a);
    base == Base::sdpa ? attend_sdpa(a) : attend_unfused(a, hooks);
    call(hooks.heads, a);
    project_out(a);
  }
  call(hooks.output, a);
  return {a.output, a.weights};
}

Promise promise_of(Base base, const AttentionCase& attention_case, at::DeviceType device) {
  const bool native = base == Base::native_masked || base == Base::native_nested;
  if (native && device == at::kCUDA && attention_case.num_heads % 2 != 0) {
    return Promise::inexpressible("masked softmax on CUDA wants an even num_heads");
  }
  if (native && device == at::kCUDA && attention_case.parameter_offset != 0) {
    return Promise::inexpressible("docs/findings.md, fast-path-misaligned-bias");
  }
  const bool padding_alone = attention_case.mask == MaskKind::padding || attention_case.mask == MaskKind::none;
  if (base == Base::native_nested && !padding_alone) {
    return Promise::inexpressible("a nested tensor has no mask but its lengths");
  }
  return Promise::runs();
}

void refuse_unused_hooks(const std::string& name, Base base, const Hooks& hooks) {
  const bool native = base == Base::native_masked || base == Base::native_nested;
  const bool inside = hooks.projected || hooks.heads;
  const bool softmax = hooks.logits || hooks.probabilities;
  if ((native && inside) || (base != Base::unfused && softmax)) {
    throw std::invalid_argument("fault '" + name + "' has a hook that " + to_string(base) + " never calls");
  }
}

}  // namespace

Attention::Attention(const CaseInputs& case_inputs)
    : inputs(case_inputs),
      parameters(case_inputs.parameters()),
      input(case_inputs.dense()),
      key_padding(case_inputs.key_padding_mask()),
      attention_mask(case_inputs.attention_mask()),
      scale(1 / std::sqrt(static_cast<double>(case_inputs.attention_case().head_dim))) {}

at::Tensor Attention::hidden() const {
  at::Tensor mask;
  if (attention_mask.defined()) {
    mask = attention_mask.dim() == 2 ? attention_mask.view({1, 1, columns(), columns()}) : attention_mask;
  }
  if (!key_padding.defined()) return mask;
  const at::Tensor padding = key_padding.view({batch(), 1, 1, columns()});
  return mask.defined() ? mask.logical_or(padding) : padding;
}

at::Tensor Attention::column_numbers() const { return at::arange(columns(), inputs.lengths().options()); }

std::string to_string(Base base) {
  switch (base) {
    case Base::unfused:
      return "unfused";
    case Base::sdpa:
      return "sdpa";
    case Base::native_masked:
      return "native_masked";
    case Base::native_nested:
      return "native_nested";
  }
  return "unknown base";
}

AttentionPath editable_path(const std::string& name, const std::string& summary, Base base, Hooks hooks) {
  refuse_unused_hooks(name, base, hooks);
  return {.name = name,
          .family = name,
          .backend = SdpBackend::any,
          .summary = summary,
          .promise = [base](const AttentionCase& attention_case,
                            at::DeviceType device) { return promise_of(base, attention_case, device); },
          .run = [base, hooks = std::move(hooks)](const CaseInputs& inputs) { return run(base, hooks, inputs); },
          .gives_weights = base != Base::sdpa};
}

}  // namespace attngate::faults

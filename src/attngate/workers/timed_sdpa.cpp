#include "attngate/workers/timed_sdpa.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <c10/core/InferenceMode.h>

#include <stdexcept>

#include "attngate/paths/attention_path.h"
#include "attngate/paths/sdp_backend_guard.h"

namespace attngate {
namespace {

SdpBackend backend_named(const std::string& name) {
  for (const SdpBackend backend : {SdpBackend::flash, SdpBackend::efficient, SdpBackend::math, SdpBackend::cudnn}) {
    if (to_string(backend) == name) return backend;
  }
  throw std::invalid_argument("sdpa." + name + ": there is no such SDPA backend");
}

}  // namespace

TimedOperator timed_sdpa(const CaseInputs& inputs, const std::string& backend_name) {
  const AttentionCase& attention_case = inputs.attention_case();
  if (attention_case.mask != MaskKind::none)
    throw std::invalid_argument("sdpa." + backend_name + " is timed without a mask only");
  const SdpBackend backend = backend_named(backend_name);
  const c10::InferenceMode inference;
  const MhaParameters& p = inputs.parameters();
  const auto heads = [&](const at::Tensor& part) {
    return part
        .view({attention_case.batch_size(), attention_case.padded_length(), attention_case.num_heads,
               attention_case.head_dim})
        .transpose(1, 2);
  };
  const auto packed = at::linear(inputs.dense(), p.in_proj_weight, p.in_proj_bias).chunk(3, -1);
  return {"sdpa." + backend_name,
          [query = heads(packed[0]), key = heads(packed[1]), value = heads(packed[2]), backend] {
            const c10::InferenceMode no_autograd;
            const SdpBackendGuard guard(backend);
            at::scaled_dot_product_attention(query, key, value);
          },
          backend_name};
}

}  // namespace attngate

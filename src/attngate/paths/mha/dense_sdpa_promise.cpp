#include "attngate/paths/mha/builtin_paths.h"

namespace attngate {
namespace {

/// What each backend takes on CUDA, read off LibTorch 2.11 on an H200 (docs/paths.md).
bool cuda_backend_accepts(const AttentionCase& attention_case, SdpBackend backend, bool masked) {
  const bool half = attention_case.dtype != DType::fp32;
  const std::int64_t head_dim = attention_case.head_dim, length = attention_case.padded_length();
  switch (backend) {
    case SdpBackend::flash:  // dense input of any head_dim is padded to a multiple of 8
      return half && !masked && head_dim <= 256 && length >= 1;
    case SdpBackend::efficient:  // rows must start on 16 bytes
      return head_dim % (half ? 8 : 4) == 0 && length >= 1;
    case SdpBackend::cudnn:  // a single key or query is not planned for
      return half && head_dim % 8 == 0 && head_dim <= 256 && length >= 2;
    case SdpBackend::math:
    case SdpBackend::any:
      return true;
  }
  return false;
}

}  // namespace

Promise dense_sdpa_promise(const AttentionCase& attention_case, at::DeviceType device, SdpBackend backend,
                           bool masked) {
  const std::string name = to_string(backend);
  if (device == at::kCUDA) {
    if (!cuda_backend_accepts(attention_case, backend, masked)) {
      return Promise::refuses("No available kernel", name + " does not take this dtype, head_dim, length or mask");
    }
    if (backend == SdpBackend::flash && attention_case.lengths.empty()) {
      return Promise::refuses("batch size must be positive", "flash takes no empty batch");
    }
    return Promise::runs(name);
  }
  if (backend == SdpBackend::flash && attention_case.padded_length() == 0) {
    return Promise::refuses("No available kernel", "flash takes no sequence of length 0");
  }
  if (backend == SdpBackend::math || backend == SdpBackend::flash) return Promise::runs(name);
  return Promise::refuses("No viable backend", name + " does not exist on the CPU");
}

bool has_nested_gaps(const AttentionCase& attention_case) {
  return attention_case.nested == NestedForm::gaps && attention_case.batch_size() > 1;
}

bool has_explicit_mask(const AttentionCase& attention_case) {
  const MaskKind mask = attention_case.mask;
  return mask == MaskKind::holes || mask == MaskKind::two_d || mask == MaskKind::four_d;
}

bool has_key_padding_form(const AttentionCase& attention_case) {
  const MaskKind mask = attention_case.mask;
  return mask == MaskKind::none || mask == MaskKind::padding || mask == MaskKind::holes;
}

}  // namespace attngate

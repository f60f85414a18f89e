#include "attngate/paths/builtin_paths.h"

namespace attngate {
namespace {

/// What each backend takes on CUDA, read off LibTorch 2.11 on an H200 (docs/paths.md).
bool cuda_backend_accepts(const AttentionCase& attention_case, SdpBackend backend) {
  const bool half = attention_case.dtype != DType::fp32;
  const std::int64_t head_dim = attention_case.head_dim;
  switch (backend) {
    case SdpBackend::flash:  // dense input of any head_dim is padded to a multiple of 8
      return half && attention_case.mask == MaskKind::none && head_dim <= 256;
    case SdpBackend::efficient:  // rows must start on 16 bytes
      return head_dim % (half ? 8 : 4) == 0;
    case SdpBackend::cudnn:  // a single key or query is not planned for
      return half && head_dim % 8 == 0 && head_dim <= 256 && attention_case.padded_length() >= 2;
    case SdpBackend::math:
    case SdpBackend::any:
      return true;
  }
  return false;
}

}  // namespace

Promise dense_sdpa_promise(const AttentionCase& attention_case, at::DeviceType device, SdpBackend backend) {
  const std::string name = to_string(backend);
  if (device == at::kCUDA) {
    if (cuda_backend_accepts(attention_case, backend)) return Promise::runs(name);
    return Promise::refuses("No available kernel",
                            name + " does not take this dtype, head_dim, length or mask");
  }
  if (backend == SdpBackend::math || backend == SdpBackend::flash) return Promise::runs(name);
  return Promise::refuses("No viable backend", name + " does not exist on the CPU");
}

}  // namespace attngate

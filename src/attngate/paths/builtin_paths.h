#pragma once

#include "attngate/paths/attention_path.h"

namespace attngate {

/// nn_mha_fast.* (nested), nn_mha_fast_masked (padded + mask) and nn_mha_fast_dense.* (no mask).
void add_nn_mha_fast_paths(PathRegistry& registry);
/// nn_mha_slow.*: the algorithm of torch.nn.functional.multi_head_attention_forward.
void add_nn_mha_slow_paths(PathRegistry& registry);
/// nn_mha_slow_functional: torch::nn::functional::multi_head_attention_forward of the C++ API.
void add_nn_mha_slow_functional_path(PathRegistry& registry);
/// composite_sdpa_nested.*, composite_sdpa_nested_contiguous.* and composite_sdpa_dense.*.
void add_composite_sdpa_paths(PathRegistry& registry);

/// The promise of SDPA itself on the padded form, shared by the slow and the composite paths.
Promise dense_sdpa_promise(const AttentionCase& attention_case, at::DeviceType device, SdpBackend backend);

}  // namespace attngate

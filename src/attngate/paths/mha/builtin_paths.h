#pragma once

#include "attngate/paths/attention_path.h"

namespace attngate {

/// LibTorch's paths, then the registered ones.
PathRegistry make_registry();

/// nn_mha_fast.* (nested), nn_mha_fast_masked (padded + mask) and nn_mha_fast_dense.* (no mask).
void add_nn_mha_fast_paths(PathRegistry& registry);
/// nn_mha_slow.*: the algorithm of torch.nn.functional.multi_head_attention_forward.
void add_nn_mha_slow_paths(PathRegistry& registry);
/// nn_mha_slow_functional: torch::nn::functional::multi_head_attention_forward of the C++ API.
void add_nn_mha_slow_functional_path(PathRegistry& registry);
/// composite_sdpa_nested.*, composite_sdpa_nested_contiguous.* and composite_sdpa_dense.*.
void add_composite_sdpa_paths(PathRegistry& registry);
/// compiled_nn_mha and compiled_composite_sdpa: modules that ci/export_modules.py compiled with AOTInductor.
void add_compiled_paths(PathRegistry& registry);
/// python_mha_nested and python_mha_padded: torch.nn.MultiheadAttention, scripted by ci/export_modules.py.
void add_python_mha_paths(PathRegistry& registry);
/// graphed_*: the dense paths of nn MHA and of composite SDPA, captured as CUDA graphs; behind those that they capture.
void add_graphed_paths(PathRegistry& registry);

/// The promise of SDPA itself on the padded form, with an explicit mask or without one.
Promise dense_sdpa_promise(const AttentionCase& attention_case, at::DeviceType device, SdpBackend backend, bool masked);

/// The error of LibTorch's view() where a batch of 0 leaves a size of -1 open.
inline const char* const open_size_error = "cannot reshape tensor of 0 elements";
/// The error of at::linear for a nested tensor with gaps between its sequences.
inline const char* const nested_gaps_error = "linear only supports contiguous nested tensor";

/// The nested form has gaps between its sequences.
bool has_nested_gaps(const AttentionCase& attention_case);
/// A mask that a nested tensor has no place for; it knows padding and, in SDPA, the causal flag.
bool has_explicit_mask(const AttentionCase& attention_case);
/// A key padding mask can say all that the case hides, see key_padding().
bool has_key_padding_form(const AttentionCase& attention_case);

}  // namespace attngate

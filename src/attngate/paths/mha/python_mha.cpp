// torch.nn.MultiheadAttention itself, scripted: its own choice between the fast and the slow branch is under test.
// Source of the rule: MultiheadAttention.forward in torch/nn/modules/activation.py of PyTorch.
#include <filesystem>

#include "attngate/paths/mha/builtin_paths.h"
#include "attngate/paths/mha/exported_modules.h"
#include "attngate/paths/mha/hidden_keys.h"
#include "attngate/paths/mha/scripted_mha.h"
#include "attngate/paths/wrong_result.h"

namespace attngate {
namespace {

/// Of the reasons that forward() has against its fast branch, the number of heads is the only one that a case can
/// bring: self-attention with batch_first, biases and one dtype, not training, no gradients, no autocast.
bool takes_fast_branch(const AttentionCase& attention_case) { return attention_case.num_heads % 2 == 0; }

std::optional<Promise> missing_module(const AttentionCase& attention_case, at::DeviceType device) {
  if (std::filesystem::exists(scripted_module_file(attention_case))) return std::nullopt;
  return Promise::inexpressible("not scripted for these heads and head_dim: run " + export_command(device));
}

Promise nested_promise(const AttentionCase& attention_case, at::DeviceType device) {
  if (has_explicit_mask(attention_case) || attention_case.mask == MaskKind::causal) {
    return Promise::inexpressible("the fast branch takes no mask with a nested tensor");
  }
  if (const auto missing = missing_module(attention_case, device)) return *missing;
  if (attention_case.total_tokens() == 0) return Promise::redundant("nothing to compute, as nn_mha_fast.math");
  if (!takes_fast_branch(attention_case)) {
    return Promise::refuses("MultiheadAttention does not support NestedTensor outside of its fast path",
                            "num_heads is odd, and the slow branch takes no nested tensor");
  }
  if (has_nested_gaps(attention_case)) return Promise::refuses(nested_gaps_error, "linear takes no gaps");
  // On CUDA it is SDPA's choice among its backends.
  return Promise::runs(device == at::kCUDA ? "" : "unfused");
}

Promise padded_promise(const AttentionCase& attention_case, at::DeviceType device) {
  if (!has_key_padding_form(attention_case)) return Promise::inexpressible("run with a key padding mask");
  if (const auto missing = missing_module(attention_case, device)) return *missing;
  if (attention_case.batch_size() * attention_case.padded_length() == 0) {
    return Promise::redundant("an empty padded form, as nn_mha_fast_masked and nn_mha_slow");
  }
  const bool unmasked = attention_case.mask == MaskKind::none;
  // Without weights the slow branch asks SDPA, and on CUDA the fast one without a mask.
  const bool asks_sdpa =
      !attention_case.need_weights && (!takes_fast_branch(attention_case) || (device == at::kCUDA && unmasked));
  return Promise::runs(asks_sdpa ? "" : "unfused");
}

PathOutput run_module(ScriptedMha& modules, const CaseInputs& inputs, const at::Tensor& input, const at::Tensor& mask) {
  ScriptedResult result = modules.call(scripted_module_file(inputs.attention_case()), inputs, input, mask);
  const bool fast = takes_fast_branch(inputs.attention_case());
  if (result.fast_branch != fast) {
    const auto name = [](bool is_fast) { return std::string(is_fast ? "fast" : "slow"); };
    throw WrongResult("the module took its " + name(!fast) + " branch where its source says " + name(fast));
  }
  return {std::move(result.output), std::move(result.weights)};
}

}  // namespace

void add_python_mha_paths(PathRegistry& registry) {
  const auto modules = std::make_shared<ScriptedMha>();
  registry.add({"python_mha_nested", "python_mha", SdpBackend::any,
                "torch.nn.MultiheadAttention, scripted, on a nested tensor", nested_promise,
                [modules](const CaseInputs& inputs) { return run_module(*modules, inputs, inputs.nested(), {}); },
                /*gives_weights=*/true, /*only_by_name=*/true});
  registry.add({"python_mha_padded", "python_mha", SdpBackend::any,
                "torch.nn.MultiheadAttention, scripted, on a padded tensor with a key padding mask", padded_promise,
                [modules](const CaseInputs& inputs) {
                  const bool unmasked = inputs.attention_case().mask == MaskKind::none;
                  return run_module(*modules, inputs, inputs.dense(), unmasked ? at::Tensor() : key_padding(inputs));
                },
                /*gives_weights=*/true, /*only_by_name=*/true});
}

}  // namespace attngate

// What torch.compile makes of multi-head attention, as LibTorch can run it: torch.export and AOTInductor, ahead of
// time.
#include <filesystem>

#include "attngate/paths/mha/builtin_paths.h"
#include "attngate/paths/mha/exported_modules.h"
#include "attngate/paths/mha/hidden_keys.h"
#include "attngate/paths/mha/package_cache.h"

namespace attngate {
namespace {

/// Nothing is hidden: mask=none is for equal lengths without padding.
bool is_unmasked(const AttentionCase& attention_case) { return attention_case.mask == MaskKind::none; }

/// The file that computes the case: the one without a mask where there is none.
std::string file_for(const std::string& module, const AttentionCase& attention_case, at::DeviceType device) {
  return compiled_module_file(module + (is_unmasked(attention_case) ? "_unmasked" : ""), attention_case, device);
}

Promise compiled_promise(const std::string& module, const AttentionCase& attention_case, at::DeviceType device) {
  if (!has_key_padding_form(attention_case)) return Promise::inexpressible("exported with a key padding mask");
  if (attention_case.batch_size() * attention_case.padded_length() == 0) {
    return Promise::inexpressible("exported for one sequence and one column or more");
  }
  if (!std::filesystem::exists(file_for(module, attention_case, device))) {
    return Promise::inexpressible("not compiled for this device, dtype, heads and head_dim: run " +
                                  export_command(device));
  }
  // The library calls its kernels without the dispatcher, where nobody can see them: no backend is claimed.
  return Promise::runs();
}

PathOutput run_compiled(const std::string& module, PackageCache& packages, const CaseInputs& inputs) {
  const MhaParameters& p = inputs.parameters();
  const std::string file = file_for(module, inputs.attention_case(), inputs.device().type());
  // The library computes every stride from the sizes.
  std::vector<at::Tensor> arguments = {inputs.dense().contiguous(), p.in_proj_weight, p.in_proj_bias, p.out_proj_weight,
                                       p.out_proj_bias};
  if (!is_unmasked(inputs.attention_case())) arguments.push_back(key_padding(inputs).contiguous());
  return {packages.call(file, inputs.device(), arguments)[0], {}};
}

}  // namespace

void add_compiled_paths(PathRegistry& registry) {
  const auto packages = std::make_shared<PackageCache>();
  const auto add = [&](const std::string& module, const std::string& summary) {
    registry.add({"compiled_" + module, "compiled_" + module, SdpBackend::any, summary,
                  [module](const AttentionCase& attention_case, at::DeviceType device) {
                    return compiled_promise(module, attention_case, device);
                  },
                  [module, packages](const CaseInputs& inputs) { return run_compiled(module, *packages, inputs); },
                  /*gives_weights=*/false, /*only_by_name=*/true});
  };
  add("nn_mha", "torch.nn.functional.multi_head_attention_forward on a padded tensor, compiled by AOTInductor");
  add("composite_sdpa", "linear, SDPA, linear on a padded tensor, compiled by AOTInductor");
}

}  // namespace attngate

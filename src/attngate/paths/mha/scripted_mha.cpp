#include "attngate/paths/mha/scripted_mha.h"

#include <ATen/record_function.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <cstring>
#include <tuple>

namespace attngate {
namespace {

/// Set by the watch of this thread; the dispatcher's callback has no other way to reach it.
thread_local bool native_mha_ran = false;

std::unique_ptr<at::ObserverContext> note_native_mha(const at::RecordFunction& function) {
  if (std::strcmp(function.name(), "aten::_native_multi_head_attention") == 0) native_mha_ran = true;
  return nullptr;
}

/// Watches this thread's dispatcher for the fast path's operator while it lives.
class FastBranchWatch {
 public:
  FastBranchWatch() {
    native_mha_ran = false;
    handle_ =
        at::addThreadLocalCallback(at::RecordFunctionCallback(note_native_mha).scopes({at::RecordScope::FUNCTION}));
  }
  ~FastBranchWatch() { at::removeCallback(handle_); }
  FastBranchWatch(const FastBranchWatch&) = delete;
  FastBranchWatch& operator=(const FastBranchWatch&) = delete;

  bool saw_it() const { return native_mha_ran; }

 private:
  at::CallbackHandle handle_;
};

torch::jit::Module load_module(const std::string& file, at::ScalarType dtype, c10::Device device) {
  // Module::to() swaps the parameters' data, which InferenceMode forbids for tensors that are born in it.
  const c10::InferenceMode outside(false);
  torch::jit::Module module = torch::jit::load(file, device);
  module.to(device, dtype);
  module.eval();
  return module;
}

void copy_parameters(torch::jit::Module& module, const MhaParameters& p) {
  const torch::jit::Module out_proj = module.attr("out_proj").toModule();
  module.attr("in_proj_weight").toTensor().copy_(p.in_proj_weight);
  module.attr("in_proj_bias").toTensor().copy_(p.in_proj_bias);
  out_proj.attr("weight").toTensor().copy_(p.out_proj_weight);
  out_proj.attr("bias").toTensor().copy_(p.out_proj_bias);
}

}  // namespace

struct ScriptedMha::Modules {
  std::map<std::tuple<std::string, DType, std::string>, torch::jit::Module> loaded;
};

ScriptedMha::ScriptedMha() : modules_(std::make_unique<Modules>()) {}
ScriptedMha::~ScriptedMha() = default;

ScriptedResult ScriptedMha::call(const std::string& file, const CaseInputs& inputs, const at::Tensor& input,
                                 const at::Tensor& key_padding_mask) {
  const AttentionCase& attention_case = inputs.attention_case();
  const auto key = std::make_tuple(file, attention_case.dtype, inputs.device().str());
  auto found = modules_->loaded.find(key);
  if (found == modules_->loaded.end()) {
    found = modules_->loaded.emplace(key, load_module(file, scalar_type(attention_case.dtype), inputs.device())).first;
  }
  copy_parameters(found->second, inputs.parameters());
  // The module's own kernels, operator by operator: the optimiser would compile anew for shape after shape.
  torch::jit::GraphOptimizerEnabledGuard as_written(false);
  const FastBranchWatch watch;
  const c10::IValue mask = key_padding_mask.defined() ? c10::IValue(key_padding_mask) : c10::IValue();
  const auto returned =
      found->second
          .forward({input, input, input}, {{"key_padding_mask", mask}, {"need_weights", attention_case.need_weights}})
          .toTuple();
  const c10::IValue& weights = returned->elements()[1];
  const bool has_weights = attention_case.need_weights && weights.isTensor();
  return {returned->elements()[0].toTensor(), has_weights ? weights.toTensor() : at::Tensor(), watch.saw_it()};
}

}  // namespace attngate

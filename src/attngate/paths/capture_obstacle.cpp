#include "attngate/paths/capture_obstacle.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <string_view>

namespace attngate {
namespace {

/// What the callback of this thread has found; the dispatcher has no other way to reach it.
thread_local std::string obstacle;

bool is_nested(const c10::IValue& value) {
  const auto nested = [](const at::Tensor& tensor) { return tensor.defined() && tensor.is_nested(); };
  if (value.isTensor()) return nested(value.toTensor());
  return value.isTensorList() && std::ranges::any_of(value.toTensorVector(), nested);
}

bool crosses_devices(c10::ArrayRef<const c10::IValue> inputs) {
  return inputs.size() >= 2 && inputs[0].isTensor() && inputs[1].isTensor() && inputs[0].toTensor().defined() &&
         inputs[1].toTensor().defined() && inputs[0].toTensor().device() != inputs[1].toTensor().device();
}

std::string obstacle_in(const at::RecordFunction& function) {
  const std::string_view name = function.name();
  if (name == "aten::_local_scalar_dense") return "it reads a value of the device (" + std::string(name) + ")";
  if (name == "aten::copy_" && crosses_devices(function.inputs())) return "it copies between host and device";
  if (std::ranges::any_of(function.inputs(), is_nested)) {
    return "it works on nested tensors (" + std::string(name) + "), whose sizes are copied to the device";
  }
  return "";
}

std::unique_ptr<at::ObserverContext> look(const at::RecordFunction& function) {
  if (obstacle.empty()) obstacle = obstacle_in(function);
  return nullptr;
}

/// Looks at every operator of this thread while it lives.
class Observation {
 public:
  Observation()
      : handle_(at::addThreadLocalCallback(
            at::RecordFunctionCallback(look).scopes({at::RecordScope::FUNCTION}).needsInputs(true))) {
    obstacle.clear();
  }
  ~Observation() { at::removeCallback(handle_); }
  Observation(const Observation&) = delete;
  Observation& operator=(const Observation&) = delete;

 private:
  std::uint64_t handle_;
};

}  // namespace

std::string capture_obstacle(const std::function<void()>& call) {
  const Observation observation;
  call();
  return obstacle;
}

}  // namespace attngate

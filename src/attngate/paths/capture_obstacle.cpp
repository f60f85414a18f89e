#include "attngate/paths/capture_obstacle.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/record_function.h>

#include <algorithm>

#include "attngate/paths/host_traffic.h"

namespace attngate {
namespace {

/// What the callback of this thread has found; the dispatcher has no other way to reach it.
thread_local std::string obstacle;

bool is_nested(const c10::IValue& value) {
  const auto nested = [](const at::Tensor& tensor) { return tensor.defined() && tensor.is_nested(); };
  if (value.isTensor()) return nested(value.toTensor());
  return value.isTensorList() && std::ranges::any_of(value.toTensorVector(), nested);
}

std::string obstacle_in(const at::RecordFunction& function) {
  const std::string name = function.name();
  if (reads_value(function)) return "it reads a value of the device (" + name + ")";
  if (copies_across(function)) return "it copies between host and device";
  if (std::ranges::any_of(function.inputs(), is_nested)) {
    return "it works on nested tensors (" + name + "), whose sizes are copied to the device";
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

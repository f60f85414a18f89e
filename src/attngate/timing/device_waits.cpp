#include "attngate/timing/device_waits.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace attngate {
namespace {

struct Reactions {
  std::function<void()> before, after;
  /// Waits within a wait: a copy that converts makes a copy.
  int depth = 0;
};

/// Those of the DeviceWaits that lives in this thread; the dispatcher has no other way to reach them.
thread_local std::unique_ptr<Reactions> reactions;

/// That an operator which waits has begun; the dispatcher gives it back when the operator ends.
struct Waiting : at::ObserverContext {};

bool is_on_cuda(const c10::IValue& value) { return value.isTensor() && value.toTensor().defined() && value.toTensor().is_cuda(); }

/// copy_(self, src, non_blocking)
bool copies_and_blocks(c10::ArrayRef<const c10::IValue> inputs) {
  if (inputs.size() < 3 || is_on_cuda(inputs[0]) == is_on_cuda(inputs[1])) return false;
  return !(inputs[2].isBool() && inputs[2].toBool());
}

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
  if (!reactions || !waits_for_device(function)) return nullptr;
  if (reactions->depth++ == 0) reactions->before();
  return std::make_unique<Waiting>();
}

void end(const at::RecordFunction&, at::ObserverContext* context) {
  if (context == nullptr || !reactions) return;
  if (--reactions->depth == 0) reactions->after();
}

}  // namespace

bool waits_for_device(const at::RecordFunction& function) {
  const std::string_view name = function.name();
  if (name == "aten::_local_scalar_dense") return function.inputs().size() >= 1 && is_on_cuda(function.inputs()[0]);
  return name == "aten::copy_" && copies_and_blocks(function.inputs());
}

DeviceWaits::DeviceWaits(std::function<void()> before, std::function<void()> after) {
  if (reactions) throw std::logic_error("somebody watches this thread's waits already");
  reactions = std::make_unique<Reactions>(Reactions{std::move(before), std::move(after)});
  handle_ = at::addThreadLocalCallback(at::RecordFunctionCallback(begin, end).scopes({at::RecordScope::FUNCTION}).needsInputs(true));
}

DeviceWaits::~DeviceWaits() {
  at::removeCallback(handle_);
  reactions.reset();
}

}  // namespace attngate

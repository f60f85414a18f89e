#include "attngate/paths/host_traffic.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <optional>
#include <string_view>

namespace attngate {
namespace {

std::optional<c10::Device> device_of_input(const at::RecordFunction& function, std::size_t index) {
  const auto inputs = function.inputs();
  if (index >= inputs.size() || !inputs[index].isTensor() || !inputs[index].toTensor().defined()) return std::nullopt;
  return inputs[index].toTensor().device();
}

}  // namespace

bool copies_across(const at::RecordFunction& function) {
  if (std::string_view(function.name()) != "aten::copy_") return false;
  const auto to = device_of_input(function, 0), from = device_of_input(function, 1);
  return to && from && *to != *from;
}

bool copies_across_and_blocks(const at::RecordFunction& function) {
  if (!copies_across(function)) return false;
  const auto inputs = function.inputs();  // copy_(self, src, non_blocking)
  return !(inputs.size() > 2 && inputs[2].isBool() && inputs[2].toBool());
}

bool reads_value(const at::RecordFunction& function) {
  return std::string_view(function.name()) == "aten::_local_scalar_dense";
}

bool reads_value_of_gpu(const at::RecordFunction& function) {
  if (!reads_value(function)) return false;
  const auto device = device_of_input(function, 0);
  return device && device->is_cuda();
}

}  // namespace attngate

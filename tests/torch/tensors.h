#pragma once

#include <ATen/core/Tensor.h>

#include <cstring>
#include <string>
#include <vector>

#include "attngate/case/text.h"
#include "attngate/values/case_inputs.h"
#include "device_under_test.h"

namespace attngate {

/// The inputs of a case line on the device under test.
inline CaseInputs inputs_of(const std::string& line) { return {parse_line(line), device_under_test()}; }

/// Elements in row-major order, read on the host.
template <typename Number = double>
std::vector<Number> numbers(const at::Tensor& tensor) {
  const at::Tensor host = tensor.to(at::kCPU, c10::CppTypeToScalarType<Number>::value).contiguous();
  const auto* first = static_cast<const Number*>(host.const_data_ptr());
  return {first, first + host.numel()};
}

/// The same dtype, sizes and bytes, on whatever devices.
inline bool same_bytes(const at::Tensor& left, const at::Tensor& right) {
  if (left.scalar_type() != right.scalar_type() || left.sizes() != right.sizes()) return false;
  const at::Tensor a = left.cpu().contiguous(), b = right.cpu().contiguous();
  return std::memcmp(a.const_data_ptr(), b.const_data_ptr(), a.nbytes()) == 0;
}

/// The text of the Error that the callable throws, first line only; "no error" when it throws none.
template <typename Error, typename Callable>
std::string message_of(const Callable& callable) {
  try {
    callable();
  } catch (const Error& error) {
    const std::string text = error.what();
    return text.substr(0, text.find('\n'));
  }
  return "no error";
}

}  // namespace attngate

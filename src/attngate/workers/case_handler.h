#pragma once

#include <c10/core/Device.h>

#include <map>
#include <string>
#include <string_view>

#include "attngate/base/usage_error.h"
#include "attngate/isolation/messages.h"
#include "attngate/paths/attention_path.h"
#include "attngate/properties/property.h"

namespace attngate {

/// Answers CaseRequests in a worker: checks a property, or hashes a case's inputs.
class CaseHandler {
 public:
  CaseHandler(const PathRegistry& registry, c10::Device device) : registry_(registry), device_(device) {}

  /// A Verdict or a HashAnswer, by the request's kind. Throws WireError, CaseError or std::logic_error for a message
  /// that asks for nothing there is.
  std::string answer(std::string_view message, const OnPath& on_path);

 private:
  const PropertyCheck& check_for(CaseRequest request, const OnPath& on_path);

  const PathRegistry& registry_;
  c10::Device device_;
  /// By request without its line: bound checks keep their buffers from case to case.
  std::map<std::string, PropertyCheck> checks_;
};

/// What to say of a case that is too large for the device's memory.
UsageError does_not_fit(const AttentionCase& attention_case, c10::Device device);

/// The hash of the case's inputs; throws UsageError for a case that does not fit into the device's memory.
std::uint64_t input_hash(const AttentionCase& attention_case, c10::Device device);

}  // namespace attngate

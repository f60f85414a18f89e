#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "attngate/paths/attention_path.h"
#include "attngate/verdict/on_path.h"
#include "attngate/verdict/verdict.h"

namespace attngate {

/// Where a property is checked and on what.
struct PropertyContext {
  at::Device device = at::kCPU;
  /// Outlives the check.
  const PathRegistry* registry = nullptr;
  /// Paths or families to check; empty for the property's own choice.
  std::vector<std::string> only = {};
  /// Paths that take no part, by name: they failed before, and the others shall still be heard.
  std::vector<std::string> quarantined = {};
  OnPath on_path = {};
};

/// A property bound to a device: from a case to a verdict.
using PropertyCheck = std::function<Verdict(const AttentionCase&)>;

/// Something that must hold for every case.
struct Property {
  /// As in the test name property.<name>.<dtype>.<device>.
  std::string name;
  /// One sentence for `attngate list`.
  std::string summary;
  /// Is there anything to check for this dtype on this device? By itself: everywhere.
  std::function<bool(DType, at::DeviceType)> exists = [](DType, at::DeviceType) { return true; };
  /// Turns a random case into one that the property has something to say about; changes nothing it need not.
  std::function<AttentionCase(AttentionCase)> adapt = [](AttentionCase any) { return any; };
  /// The check itself; keeps its buffers between cases, so one check belongs to one thread.
  std::function<PropertyCheck(const PropertyContext&)> bind;
  /// CTest runs the properties of a group in one test, property.<group>.<dtype>.<device>; empty for a test of its own.
  std::string group = {};
  /// Why there is nothing to check in this build folder though the property exists, in one line, or an empty string;
  /// may be empty. Tests skip with that reason, and commands refuse.
  std::function<std::string(DType, at::DeviceType)> obstacle = {};
};

/// All properties, in the order in which people should read them.
const std::vector<Property>& properties();

/// The property of that name, or nullptr.
const Property* find_property(const std::string& name);

/// Names, comma separated, for messages.
std::string property_names();

/// Wraps a move-only checker object as a PropertyCheck.
template <typename Checker, typename... Arguments>
PropertyCheck make_check(Arguments&&... arguments) {
  auto checker = std::make_shared<Checker>(std::forward<Arguments>(arguments)...);
  return [checker](const AttentionCase& attention_case) { return (*checker)(attention_case); };
}

}  // namespace attngate

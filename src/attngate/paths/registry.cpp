#include <algorithm>

#include "attngate/base/joined.h"
#include "attngate/paths/attention_path.h"

namespace attngate {
namespace {

/// Functions collected while static objects are built, before main() runs; read only afterwards.
std::vector<std::function<void(PathRegistry&)>>& registered() {
  static std::vector<std::function<void(PathRegistry&)>> functions;
  return functions;
}

}  // namespace

std::string to_string(SdpBackend backend) {
  switch (backend) {
    case SdpBackend::any:
      return "any";
    case SdpBackend::math:
      return "math";
    case SdpBackend::flash:
      return "flash";
    case SdpBackend::efficient:
      return "efficient";
    case SdpBackend::cudnn:
      return "cudnn";
  }
  return "unknown";
}

void PathRegistry::add(AttentionPath path) {
  if (path.name.empty() || path.family.empty() || !path.promise || !path.run) {
    throw std::invalid_argument("path '" + path.name + "' is incomplete: it needs name, family, promise and run");
  }
  if (find(path.name) != nullptr) {
    throw std::invalid_argument("path '" + path.name + "' is registered twice");
  }
  paths_.push_back(std::move(path));
}

const AttentionPath* PathRegistry::find(const std::string& name) const {
  const auto found =
      std::find_if(paths_.begin(), paths_.end(), [&](const AttentionPath& path) { return path.name == name; });
  return found == paths_.end() ? nullptr : &*found;
}

std::string PathRegistry::names() const { return joined(paths_, ", ", &AttentionPath::name); }

void PathRegistry::amend_promise(const std::string& path, Amendment amendment) {
  const auto found = std::ranges::find(paths_, path, &AttentionPath::name);
  if (found == paths_.end())
    throw std::invalid_argument("there is no path '" + path + "' whose promise could be amended");
  found->promise = [promise = std::move(found->promise), amendment = std::move(amendment)](
                       const AttentionCase& attention_case, at::DeviceType device) {
    return amendment(promise(attention_case, device), attention_case, device);
  };
}

void PathRegistry::add_known_cases(at::DeviceType device, const std::vector<AttentionCase>& cases) {
  for (const AttentionCase& known : cases) known_cases_.emplace_back(device, known);
}

std::vector<AttentionCase> PathRegistry::known_cases(at::DeviceType device) const {
  std::vector<AttentionCase> cases;
  for (const auto& [where, known] : known_cases_) {
    if (where == device) cases.push_back(known);
  }
  return cases;
}

RegisterPaths::RegisterPaths(std::function<void(PathRegistry&)> add) { registered().push_back(std::move(add)); }

void add_registered_paths(PathRegistry& registry) {
  for (const auto& add : registered()) add(registry);
}

}  // namespace attngate

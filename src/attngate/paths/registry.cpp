#include <algorithm>

#include "attngate/paths/attention_path.h"
#include "attngate/paths/builtin_paths.h"

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
    case SdpBackend::any: return "any";
    case SdpBackend::math: return "math";
    case SdpBackend::flash: return "flash";
    case SdpBackend::efficient: return "efficient";
    case SdpBackend::cudnn: return "cudnn";
  }
  return "unknown";
}

void PathRegistry::add(AttentionPath path) {
  if (path.name.empty() || path.family.empty() || !path.promise || !path.run) {
    throw std::invalid_argument("path '" + path.name +
                                "' is incomplete: it needs name, family, promise and run");
  }
  if (find(path.name) != nullptr) {
    throw std::invalid_argument("path '" + path.name + "' is registered twice");
  }
  paths_.push_back(std::move(path));
}

const AttentionPath* PathRegistry::find(const std::string& name) const {
  const auto found = std::find_if(paths_.begin(), paths_.end(),
                                  [&](const AttentionPath& path) { return path.name == name; });
  return found == paths_.end() ? nullptr : &*found;
}

std::string PathRegistry::names() const {
  std::string names;
  for (const AttentionPath& path : paths_) names += (names.empty() ? "" : ", ") + path.name;
  return names;
}

RegisterPaths::RegisterPaths(std::function<void(PathRegistry&)> add) {
  registered().push_back(std::move(add));
}

PathRegistry make_registry() {
  PathRegistry registry;
  add_nn_mha_fast_paths(registry);
  add_nn_mha_slow_paths(registry);
  add_nn_mha_slow_functional_path(registry);
  add_composite_sdpa_paths(registry);
  for (const auto& add : registered()) add(registry);
  return registry;
}

}  // namespace attngate

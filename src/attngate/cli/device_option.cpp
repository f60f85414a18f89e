#include "attngate/cli/device_option.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "attngate/paths/attention_path.h"
#include "attngate/runner/usage_error.h"
#include "attngate/suite/device.h"

namespace attngate {

c10::Device choose_device(const std::string& name) {
  if (name == "cpu") return c10::kCPU;
  if (name != "cuda" && name != "auto") {
    throw UsageError("--device '" + name + "': expected cpu, cuda or auto");
  }
  const std::optional<std::string> problem = device_problem(c10::kCUDA);
  if (!problem) return c10::Device(c10::kCUDA, 0);
  if (name == "auto") return c10::kCPU;
  throw UsageError("--device cuda: " + *problem);
}

void check_path_names(const PathRegistry& registry, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const bool known = std::ranges::any_of(registry.paths(), [&](const AttentionPath& path) {
      return path.name == name || path.family == name;
    });
    if (!known) throw UsageError("--path '" + name + "': no such path or family; there are " + registry.names());
  }
}

void check_writable(const std::string& path) {
  const std::filesystem::path probe = path + ".probe";
  {
    std::ofstream file(probe);
    if (!file) throw UsageError("cannot write '" + path + "': " + std::strerror(errno));
  }
  std::error_code ignored;
  std::filesystem::remove(probe, ignored);
}

}  // namespace attngate

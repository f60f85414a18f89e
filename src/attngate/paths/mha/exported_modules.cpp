#include "attngate/paths/mha/exported_modules.h"

#include <fmt/format.h>
#include <torch/version.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <regex>
#include <set>

#include "attngate/source_folders.h"

namespace attngate {
namespace {

std::string device_word(at::DeviceType device) { return device == at::kCUDA ? "cuda" : "cpu"; }

std::string base_folder() {
  const char* named = std::getenv("ATTNGATE_MODULES");
  return named && *named ? named : modules_folder;
}

std::string file_name(const std::string& module, at::DeviceType device, DType dtype, const HeadShape& shape) {
  return fmt::format("{}.{}.{}.h{}.d{}.pt2", module, device_word(device), to_string(dtype), shape.num_heads,
                     shape.head_dim);
}

/// The shape of a file that is named as file_name() does, for one device and dtype; else nothing.
std::optional<HeadShape> shape_of(const std::string& name, DType dtype, at::DeviceType device) {
  // Nine digits fit any integer; what has more is no size of ours.
  static const std::regex form(R"(\w+\.(cpu|cuda)\.(fp16|bf16|fp32)\.h(\d{1,9})\.d(\d{1,9})\.pt2)");
  std::smatch part;
  if (!std::regex_match(name, part, form) || part[1] != device_word(device) || part[2] != to_string(dtype))
    return std::nullopt;
  return HeadShape{std::stoll(part[3]), std::stoll(part[4])};
}

}  // namespace

std::string exported_modules_folder() { return base_folder() + "/" TORCH_VERSION; }

std::string compiled_module_file(const std::string& module, const AttentionCase& attention_case,
                                 at::DeviceType device) {
  const HeadShape shape{attention_case.num_heads, attention_case.head_dim};
  return exported_modules_folder() + "/" + file_name(module, device, attention_case.dtype, shape);
}

std::string scripted_module_file(const AttentionCase& attention_case) {
  return fmt::format("{}/python_mha.h{}.d{}.pt", exported_modules_folder(), attention_case.num_heads,
                     attention_case.head_dim);
}

std::vector<HeadShape> compiled_head_shapes(DType dtype, at::DeviceType device) {
  std::set<HeadShape> shapes;
  std::error_code nothing_there;
  for (const auto& entry : std::filesystem::directory_iterator(exported_modules_folder(), nothing_there)) {
    if (const auto shape = shape_of(entry.path().filename().string(), dtype, device)) shapes.insert(*shape);
  }
  return {shapes.begin(), shapes.end()};
}

std::string export_command(at::DeviceType device) {
  return fmt::format("ci/export_modules.py --device {} --folder {}", device_word(device), base_folder());
}

std::string describe_compiled_modules(at::DeviceType device) {
  std::string found;
  for (const DType dtype : {DType::fp16, DType::bf16, DType::fp32}) {
    for (const HeadShape& shape : compiled_head_shapes(dtype, device)) {
      found += fmt::format("{}{} {}x{}", found.empty() ? "" : ", ", to_string(dtype), shape.num_heads, shape.head_dim);
    }
  }
  if (found.empty()) return "none: run " + export_command(device);
  return found + " (dtype, num_heads x head_dim) in " + exported_modules_folder();
}

}  // namespace attngate

#pragma once

#include <c10/core/DeviceType.h>

#include <cstdint>
#include <string>
#include <vector>

#include "attngate/case/attention_case.h"

namespace attngate {

/// The sizes that a module is exported for; batch size and length are open.
struct HeadShape {
  std::int64_t num_heads = 0;
  std::int64_t head_dim = 0;
  auto operator<=>(const HeadShape&) const = default;
};

/// Folder of the modules that ci/export_modules.py has made for this release of LibTorch: a subfolder of the one that
/// the environment variable ATTNGATE_MODULES names, or of the build's own. It need not exist.
std::string exported_modules_folder();

/// The compiled module "nn_mha" or "composite_sdpa" that fits a case on a device; the file need not exist.
std::string compiled_module_file(const std::string& module, const AttentionCase& attention_case, at::DeviceType device);

/// The scripted nn.MultiheadAttention with a case's num_heads and head_dim, for every device and dtype; the file need
/// not exist.
std::string scripted_module_file(const AttentionCase& attention_case);

/// The head shapes for which any compiled module of the dtype exists for the device, in ascending order.
std::vector<HeadShape> compiled_head_shapes(DType dtype, at::DeviceType device);

/// The command that makes the modules for a device, for messages.
std::string export_command(at::DeviceType device);

/// One line on the modules that exist for a device, or on how to make them.
std::string describe_compiled_modules(at::DeviceType device);

}  // namespace attngate

#pragma once

#include <c10/core/Device.h>

#include <string>
#include <vector>

#include "attngate/case/attention_case.h"

namespace attngate {

/// The device that `--device` names: "cpu", "cuda", or "auto" for a GPU where there is one.
///
/// Throws UsageError for another word, and when a GPU is asked for and cannot be used.
c10::Device choose_device(const std::string& name);

/// Throws UsageError unless every name is a path or a family of paths of the registry.
class PathRegistry;
void check_path_names(const PathRegistry& registry, const std::vector<std::string>& names);

/// Throws UsageError when a file cannot be written there, before any time is spent; leaves nothing behind.
void check_writable(const std::string& path);

}  // namespace attngate

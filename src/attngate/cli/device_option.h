#pragma once

#include <c10/core/Device.h>

#include <optional>
#include <string>
#include <vector>

#include "attngate/case/attention_case.h"

namespace attngate {

class PathRegistry;

/// The device that `--device` names: "cpu", "cuda", or "auto" for a GPU where there is one.
///
/// Throws UsageError for another word, and when a GPU is asked for and cannot be used.
c10::Device choose_device(const std::string& name);

/// For tests: says why a GPU that `--device cuda` names cannot be used and returns the code to end with, 77, or 1 where
/// ATTNGATE_REQUIRE_GPU=1; nullopt where the run can start.
std::optional<int> code_without_gpu(const std::string& device_name);

/// Throws UsageError unless every name is a path or a family of paths of the registry.
void check_path_names(const PathRegistry& registry, const std::vector<std::string>& names);

/// Throws UsageError when the file that an option names cannot be written, before any time is spent; leaves nothing
/// behind.
void check_writable(const std::string& path, const std::string& option = "--json");

/// Makes the folder that `--results` names if need be; throws UsageError, before any time is spent, when results cannot
/// be written there.
void check_folder(const std::string& path);

/// What `--in-process` does: sets ATTNGATE_IN_PROCESS=1, before anything asks for the device.
void ask_for_in_process();

/// For CLI11's check(): refuses the empty text that an unset shell variable leaves.
std::string refuse_empty(const std::string& text);

}  // namespace attngate

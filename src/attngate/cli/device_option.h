#pragma once

#include <c10/core/Device.h>

#include <optional>
#include <string>

namespace attngate {

/// The device that `--device` names: "cpu", "cuda", or "auto" for a GPU where there is one.
///
/// Throws UsageError for another word, and when a GPU is asked for and cannot be used.
c10::Device choose_device(const std::string& name);

/// For tests: says why a GPU that `--device cuda` names cannot be used and returns the code to end with, 77, or 1 where
/// ATTNGATE_REQUIRE_GPU=1; nullopt where the run can start.
std::optional<int> code_without_gpu(const std::string& device_name);

/// What `--in-process` does: sets ATTNGATE_IN_PROCESS=1, before anything asks for the device.
void ask_for_in_process();

}  // namespace attngate

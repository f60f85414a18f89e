#pragma once

#include <c10/core/Device.h>

#include <optional>
#include <string>

#include "attngate/base/device_key.h"
#include "attngate/case/attention_case.h"

namespace attngate {

/// True when ATTNGATE_IN_PROCESS=1 asks for runs without child processes; throws UsageError unless it is 0, 1 or not
/// set.
bool in_process_is_asked_for();

/// Why LibTorch cannot use this kind of device here, in one line; nullopt when it can.
///
/// Tells a LibTorch without CUDA from a missing driver and from a driver without a GPU. Asks in a child process, once,
/// and leaves CUDA untouched in this one (unless ATTNGATE_IN_PROCESS=1); so does device_name().
std::optional<std::string> device_problem(c10::DeviceType type);

/// "cpu" or "cuda".
std::string device_label(c10::DeviceType type);

/// The device's own name, e.g. "NVIDIA H200", or the processor's.
std::string device_name(c10::Device device);

/// Limits what LibTorch may take of a CUDA device to far more than a path needs for the case, so that one which
/// allocates without end gets an OutOfMemoryError and leaves room for others; does nothing on the CPU. For a process
/// that uses CUDA.
void limit_device_memory(c10::Device device, const AttentionCase& attention_case);

/// Where other processes leave less memory of a CUDA device than a case needs (a quarter of limit_device_memory()'s
/// limit): how much is free, in one line. nullopt where they leave enough, and on the CPU. Gives back what LibTorch
/// caches.
std::optional<std::string> memory_taken_by_others(c10::Device device);

/// LibTorch's version, e.g. "2.11.0".
std::string libtorch_version();

/// What is known of a device without CUDA in this process: type, name and versions.
DeviceKey named_device(c10::Device device);

/// CUDA's version that attngate was built with, e.g. "13.0"; empty without CUDA.
std::string cuda_version();

/// attngate's version.
std::string attngate_version();

}  // namespace attngate

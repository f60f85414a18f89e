#pragma once

#include <string>

#include "attngate/base/fields.h"

namespace attngate {

/// A device with the software on it: what absolute times depend on beside the case. Times that differ in more than the
/// uuid must not be compared. What nobody asked for is empty: a process that leaves CUDA alone knows type, name and
/// versions.
struct DeviceKey {
  /// "cpu" or "cuda".
  std::string type = {};
  /// The device's own name, e.g. "NVIDIA H200", or the processor's.
  std::string name = {};
  /// "9.0"; empty on the CPU.
  std::string compute_capability = {};
  /// The GPU driver's version, e.g. "580.65.06"; "unknown" where NVML does not say it, empty on the CPU.
  std::string driver = {};
  /// CUDA's version, e.g. "13.0"; empty without CUDA.
  std::string cuda = {};
  /// LibTorch's version, e.g. "2.11.0".
  std::string libtorch = {};
  /// Which device of that name, as `nvidia-smi -L` shows it: "GPU-1b2c..."; empty on the CPU. Times of two devices of
  /// one name may be compared, but differ (docs/gates.md).
  std::string uuid = {};

  bool is_cpu() const { return type == "cpu"; }
  bool operator==(const DeviceKey&) const = default;
};

constexpr auto describe(const DeviceKey*) {
  return fields(field("type", &DeviceKey::type).unless_empty(), field("name", &DeviceKey::name).was("device"),
                field("compute_capability", &DeviceKey::compute_capability).newer(),
                field("driver", &DeviceKey::driver).newer(),
                field("cuda", &DeviceKey::cuda).was("cuda_runtime").newer(),
                field("libtorch", &DeviceKey::libtorch).newer(), field("uuid", &DeviceKey::uuid).unless_empty());
}

/// One line for people: "NVIDIA H200 (9.0), driver 580.65.06, CUDA 13.0, LibTorch 2.11.0".
std::string to_string(const DeviceKey& key);

/// What every process knows of its device: "NVIDIA H200, LibTorch 2.11.0".
std::string name_with_libtorch(const DeviceKey& key);

}  // namespace attngate

#pragma once

#include <string>

namespace attngate {

/// What absolute times depend on beside the case: times that differ in more than the uuid must not be compared.
struct DeviceKey {
  /// The device's own name, e.g. "NVIDIA H200", or the processor's.
  std::string device;
  /// "9.0"; empty on the CPU.
  std::string compute_capability;
  /// The GPU driver's version, e.g. "580.65.06"; "unknown" where NVML does not say it, empty on the CPU.
  std::string driver;
  /// CUDA's version that the process runs with, e.g. "13.0"; empty on the CPU.
  std::string cuda_runtime;
  /// LibTorch's version, e.g. "2.11.0".
  std::string libtorch;
  /// Which device of that name, as `nvidia-smi -L` shows it: "GPU-1b2c..."; empty on the CPU. Times of two devices of
  /// one name may be compared, but differ (docs/gates.md).
  std::string uuid = {};
  bool operator==(const DeviceKey&) const = default;
};

/// One line for people: "NVIDIA H200 (9.0), driver 580.65.06, CUDA 13.0, LibTorch 2.11.0".
std::string to_string(const DeviceKey& key);

}  // namespace attngate

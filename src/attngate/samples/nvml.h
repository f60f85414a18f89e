#pragma once

#include <memory>
#include <string>

#include "attngate/base/clock_state.h"

namespace attngate {

/// NVIDIA's management library, loaded when one of these is made: it tells clocks and driver, and changes nothing.
///
/// Optional throughout: without the library, or for a GPU that it does not know, every answer is "unknown".
class Nvml {
 public:
  /// The GPU is looked up by its UUID, else by its PCI address: what CUDA calls device 0 may be another one for NVML.
  Nvml(const std::string& uuid, const std::string& pci_address, const char* library = "libnvidia-ml.so.1");
  ~Nvml();
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  /// The GPU's clock now.
  ClockState clocks() const;
  /// e.g. "580.65.06", or "unknown".
  std::string driver_version() const;
  /// Why clocks are unknown, in one line; empty when they are known.
  const std::string& problem() const { return problem_; }

 private:
  struct Library;
  std::unique_ptr<Library> library_;  ///< null when it cannot be loaded
  void* gpu_ = nullptr;               ///< null when NVML does not know it
  std::string problem_;
};

}  // namespace attngate

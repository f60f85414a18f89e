#pragma once

#include <c10/core/Device.h>

#include <optional>

#include "attngate/base/device_key.h"
#include "attngate/samples/nvml.h"

namespace attngate {

/// Who a device is and how fast its clock runs now. Uses CUDA in this process; never changes a clock.
class DeviceFacts {
 public:
  /// Loads NVML for a CUDA device, in some 10 ms. Throws c10::Error for a CUDA device that there is not.
  explicit DeviceFacts(c10::Device device);

  const DeviceKey& key() const { return key_; }
  /// Empty on the CPU.
  ClockState clocks() const { return nvml_ ? nvml_->clocks() : ClockState{}; }
  /// Why the clocks are unknown, in one line; empty when they are known.
  std::string clock_problem() const { return nvml_ ? nvml_->problem() : "the CPU's clock is not read"; }

 private:
  std::optional<Nvml> nvml_;  ///< empty on the CPU
  DeviceKey key_;
};

}  // namespace attngate

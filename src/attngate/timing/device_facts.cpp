#include "attngate/timing/device_facts.h"

#include <torch/version.h>

#include "attngate/base/processor_name.h"
#include "attngate/timing/cuda_parts.h"

namespace attngate {

DeviceFacts::DeviceFacts(c10::Device device) {
  if (device.is_cuda()) {
    nvml_.emplace(cuda_uuid(device), cuda_pci_address(device));
    key_ = cuda_device_key(device);
    key_.driver = nvml_->driver_version();
  } else {
    key_.name = processor_name();
  }
  key_.type = device.is_cuda() ? "cuda" : "cpu";
  key_.libtorch = TORCH_VERSION;
}

}  // namespace attngate

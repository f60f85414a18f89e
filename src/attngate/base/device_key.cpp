#include "attngate/base/device_key.h"

namespace attngate {

std::string to_string(const DeviceKey& key) {
  std::string text = key.device;
  if (!key.compute_capability.empty()) text += " (" + key.compute_capability + ")";
  if (!key.driver.empty()) text += ", driver " + key.driver;
  if (!key.cuda_runtime.empty()) text += ", CUDA " + key.cuda_runtime;
  return text + ", LibTorch " + key.libtorch;
}

}  // namespace attngate

#include "attngate/base/device_key.h"

namespace attngate {

std::string to_string(const DeviceKey& key) {
  std::string text = key.name;
  if (!key.compute_capability.empty()) text += " (" + key.compute_capability + ")";
  if (!key.driver.empty()) text += ", driver " + key.driver;
  if (!key.cuda.empty()) text += ", CUDA " + key.cuda;
  return text + ", LibTorch " + key.libtorch;
}

std::string name_with_libtorch(const DeviceKey& key) { return key.name + ", LibTorch " + key.libtorch; }

}  // namespace attngate

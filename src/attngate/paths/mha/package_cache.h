#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace torch::inductor {
class AOTIModelPackageLoader;
}

namespace attngate {

/// AOTInductor packages (.pt2) by file and device, each loaded when it is first called and kept. For one thread at a
/// time.
class PackageCache {
 public:
  PackageCache();
  ~PackageCache();
  PackageCache(const PackageCache&) = delete;
  PackageCache& operator=(const PackageCache&) = delete;

  /// The outputs of the package's model on contiguous inputs, on the device's current stream.
  ///
  /// Throws c10::Error or std::runtime_error for a file that cannot be loaded, and whatever the model raises.
  std::vector<at::Tensor> call(const std::string& file, c10::Device device, const std::vector<at::Tensor>& inputs);

 private:
  std::map<std::pair<std::string, int>, std::unique_ptr<torch::inductor::AOTIModelPackageLoader>> loaded_;
};

}  // namespace attngate

#pragma once

#include <c10/core/Device.h>

#include <optional>

#include "attngate/timing/sampler.h"

namespace attngate {

/// A worker's sampler, made when the first request asks for it: one that checks needs neither its memory nor NVML.
class AwakeSampler {
 public:
  explicit AwakeSampler(c10::Device device) : device_(device) {}

  /// The first time the device is woken up: an idle GPU's clock is low (345 MHz on an H200) and takes some ten
  /// milliseconds to rise. Throws CudaError or c10::Error.
  Sampler& get();

  c10::Device device() const { return device_; }

 private:
  c10::Device device_;
  std::optional<Sampler> sampler_;
};

}  // namespace attngate

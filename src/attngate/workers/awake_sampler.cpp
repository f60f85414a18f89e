#include "attngate/workers/awake_sampler.h"

#include "attngate/timing/spin.h"

namespace attngate {
namespace {

constexpr double wake_up_us = 100'000;

}  // namespace

Sampler& AwakeSampler::get() {
  if (!sampler_) {
    sampler_.emplace(device_);
    if (device_.is_cuda()) spin(device_, wake_up_us);
  }
  return *sampler_;
}

}  // namespace attngate

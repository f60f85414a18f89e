#pragma once

#include <ATen/record_function.h>

#include <cstdint>
#include <functional>

namespace attngate {

/// Tells when the host is about to wait for the device and when it has waited, for all operators that this thread calls
/// while it lives, as far as LibTorch's dispatcher shows it: copies between host and device that may block, and
/// readings of a value.
///
/// Waits out of the dispatcher's sight (cudaStreamSynchronize in an operator of one's own) are not seen. One at a time
/// in a thread.
class DeviceWaits {
 public:
  /// `before` and `after` are called round each wait, in this thread, and must not throw.
  DeviceWaits(std::function<void()> before, std::function<void()> after);
  ~DeviceWaits();
  DeviceWaits(const DeviceWaits&) = delete;
  DeviceWaits& operator=(const DeviceWaits&) = delete;

 private:
  at::CallbackHandle handle_;
};

}  // namespace attngate

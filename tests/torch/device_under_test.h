#pragma once

#include <c10/core/Device.h>

namespace attngate {

/// The device that --device names; main() settles it before any test runs.
c10::Device device_under_test();

}  // namespace attngate

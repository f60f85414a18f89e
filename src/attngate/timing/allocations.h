#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <optional>

#include "attngate/timing/warm_up.h"

namespace attngate {

/// What LibTorch's allocator has asked the device for so far; unchanging on the CPU, where nobody counts.
AllocationCounts allocation_counts(c10::Device device);

/// Bytes that LibTorch's allocator hands out at most during a call, above what it had handed out before; it rounds each
/// tensor up to 512 bytes. Empty on the CPU: not measured there.
///
/// Warm the call up first, or it counts what a library keeps. Waits for the device; what the call throws passes through.
std::optional<std::uint64_t> peak_bytes_of(const std::function<void()>& call, c10::Device device);

}  // namespace attngate

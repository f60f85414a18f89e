#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <optional>

#include "attngate/samples/warm_up.h"

namespace attngate {

/// What LibTorch's allocator has asked the device for so far; unchanging on the CPU, where nobody counts.
AllocationCounts allocation_counts(c10::Device device);

/// Most bytes, asked of LibTorch's allocator, that are in use at one time during a call, above those in use before it;
/// what the allocator rounds up is not counted. Empty on the CPU: not measured there.
///
/// Warm the call up first, or it counts what a library keeps. Waits for the device; the call's errors pass through.
std::optional<std::uint64_t> peak_bytes_of(const std::function<void()>& call, c10::Device device);

/// Gives memory that LibTorch keeps for later back to the device; does nothing on the CPU.
void release_cached_memory(c10::Device device);

}  // namespace attngate

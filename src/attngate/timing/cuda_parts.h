#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <memory>
#include <string>

#include "attngate/base/device_key.h"
#include "attngate/samples/warm_up.h"
#include "attngate/timing/spin_kernel.h"

// What timing needs of CUDA and LibTorch's CUDA allocator; for CUDA devices only. All throw CudaError or c10::Error.
namespace attngate {

/// A reading, all 0, in host memory that the device can write.
std::shared_ptr<SpinReading> make_pinned_reading();
/// A word, 0, in host memory that the device can read.
std::shared_ptr<std::uint64_t> make_pinned_word();

/// Bytes of the device's L2 cache.
std::uint64_t cuda_cache_bytes(c10::Device device);

/// The key but for the driver and LibTorch.
DeviceKey cuda_device_key(c10::Device device);

/// "GPU-" and 16 bytes in hexadecimal digits, as NVML names a GPU.
std::string cuda_uuid(c10::Device device);

/// Domain, bus and device, as in "00000000:1b:00.0".
std::string cuda_pci_address(c10::Device device);

AllocationCounts cuda_allocation_counts(c10::Device device);

/// Bytes that LibTorch's allocator was asked for and has not got back: now, and at most since the last reset.
struct AllocatedBytes {
  std::int64_t current = 0;
  std::int64_t peak = 0;
};
AllocatedBytes cuda_allocated_bytes(c10::Device device);
void reset_cuda_peak(c10::Device device);

/// Gives what LibTorch's allocator keeps for later back to the device.
void empty_cuda_cache();

}  // namespace attngate

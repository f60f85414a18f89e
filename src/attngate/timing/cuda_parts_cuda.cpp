#include <ATen/Context.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <fmt/format.h>

#include "attngate/timing/cuda_parts.h"
#include "attngate/values/cuda_check.cuh"

namespace attngate {
namespace {

constexpr auto all_pools = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);

/// Before the first tensor the allocator knows no device and refuses to speak of one.
void wake_up_allocator(c10::Device device) { at::globalContext().lazyInitDevice(device.type()); }

/// All 0, where host and device both see it.
template <typename Value>
std::shared_ptr<Value> make_pinned() {
  void* memory = nullptr;
  check_cuda(cudaHostAlloc(&memory, sizeof(Value), cudaHostAllocMapped), "allocating pinned memory");
  // Nothing sensible to do when a lost device refuses to free it.
  return {new (memory) Value{}, [](Value* value) { cudaFreeHost(value); }};
}

}  // namespace

std::shared_ptr<SpinReading> make_pinned_reading() { return make_pinned<SpinReading>(); }
std::shared_ptr<std::uint64_t> make_pinned_word() { return make_pinned<std::uint64_t>(); }

std::uint64_t cuda_cache_bytes(c10::Device device) {
  return static_cast<std::uint64_t>(at::cuda::getDeviceProperties(device.index())->l2CacheSize);
}

DeviceKey cuda_device_key(c10::Device device) {
  const cudaDeviceProp& properties = *at::cuda::getDeviceProperties(device.index());
  int version = 0;
  check_cuda(cudaRuntimeGetVersion(&version), "asking for CUDA's version");
  DeviceKey key;
  key.name = properties.name;
  key.compute_capability = fmt::format("{}.{}", properties.major, properties.minor);
  key.cuda = fmt::format("{}.{}", version / 1000, version % 1000 / 10);
  key.uuid = cuda_uuid(device);
  return key;
}

std::string cuda_uuid(c10::Device device) {
  const cudaUUID_t& uuid = at::cuda::getDeviceProperties(device.index())->uuid;
  std::string text = "GPU";
  for (std::size_t byte = 0; byte < sizeof uuid.bytes; ++byte) {
    if (byte == 0 || byte == 4 || byte == 6 || byte == 8 || byte == 10) text += '-';
    text += fmt::format("{:02x}", static_cast<unsigned char>(uuid.bytes[byte]));
  }
  return text;
}

std::string cuda_pci_address(c10::Device device) {
  const cudaDeviceProp& properties = *at::cuda::getDeviceProperties(device.index());
  return fmt::format("{:08x}:{:02x}:{:02x}.0", properties.pciDomainID, properties.pciBusID, properties.pciDeviceID);
}

AllocationCounts cuda_allocation_counts(c10::Device device) {
  wake_up_allocator(device);
  const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(device.index());
  return {stats.num_device_alloc, stats.reserved_bytes[all_pools].current};
}

AllocatedBytes cuda_allocated_bytes(c10::Device device) {
  wake_up_allocator(device);
  // Not allocated_bytes: those depend on which cached blocks a tensor happens to get.
  const auto bytes = c10::cuda::CUDACachingAllocator::getDeviceStats(device.index()).requested_bytes[all_pools];
  return {bytes.current, bytes.peak};
}

void reset_cuda_peak(c10::Device device) {
  wake_up_allocator(device);
  c10::cuda::CUDACachingAllocator::resetPeakStats(device.index());
}

void empty_cuda_cache() { c10::cuda::CUDACachingAllocator::emptyCache(); }

}  // namespace attngate

#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAStream.h>

#include <atomic>

#include "attngate/values/cuda_check.cuh"
#include "attngate/values/guard_bands.h"
#include "attngate/values/guarded_allocator.h"

namespace attngate {
namespace {

namespace caching = c10::cuda::CUDACachingAllocator;

/// Pinned memory that host and device both see.
class SharedDamage {
 public:
  SharedDamage() {
    check_cuda(cudaHostAlloc(reinterpret_cast<void**>(&damage_), sizeof(BandDamage), cudaHostAllocMapped),
               "allocating the record of guard bands");
    *damage_ = {};
  }
  ~SharedDamage() { cudaFreeHost(damage_); }  // nothing sensible to do when a lost device refuses
  SharedDamage(const SharedDamage&) = delete;
  SharedDamage& operator=(const SharedDamage&) = delete;
  BandDamage* get() const { return damage_; }

 private:
  BandDamage* damage_ = nullptr;
};

/// Hands everything but ordinary allocations to LibTorch's caching allocator.
class CudaAllocator : public GuardedMemory::Allocator, public caching::CUDAAllocator {
 public:
  void install() override {
    earlier_ = caching::allocator.exchange(this);
    installed_ = true;
  }

  void uninstall() override {
    installed_ = false;
    caching::allocator.store(earlier_);
  }

  c10::DataPtr allocate(std::size_t bytes) override { return guard(earlier_->allocate(with_bands(bytes)), bytes); }

  void recordStream(const c10::DataPtr& data, c10::cuda::CUDAStream stream) override {
    const c10::DataPtr* const whole = guarded(data);
    earlier_->recordStream(whole ? *whole : data, stream);
  }

  c10::DeleterFnPtr raw_deleter() const override { return release; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { earlier_->copy_data(to, from, bytes); }
  bool initialized() override { return earlier_->initialized(); }
  void emptyCache(c10::MempoolId_t pool) override { earlier_->emptyCache(pool); }
  c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex device) override {
    return earlier_->getDeviceStats(device);
  }
  void resetAccumulatedStats(c10::DeviceIndex device) override { earlier_->resetAccumulatedStats(device); }
  void resetPeakStats(c10::DeviceIndex device) override { earlier_->resetPeakStats(device); }

  void* raw_alloc(std::size_t bytes) override { return earlier_->raw_alloc(bytes); }
  void* raw_alloc_with_stream(std::size_t bytes, cudaStream_t stream) override {
    return earlier_->raw_alloc_with_stream(bytes, stream);
  }
  void raw_delete(void* pointer) override { earlier_->raw_delete(pointer); }
  void init(int devices) override { earlier_->init(devices); }
  double getMemoryFraction(c10::DeviceIndex device) override { return earlier_->getMemoryFraction(device); }
  void setMemoryFraction(double fraction, c10::DeviceIndex device) override {
    earlier_->setMemoryFraction(fraction, device);
  }
  std::vector<caching::StreamSegmentSize> getExpandableSegmentSizes(c10::DeviceIndex device) override {
    return earlier_->getExpandableSegmentSizes(device);
  }
  void enable(bool value) override { earlier_->enable(value); }
  bool isEnabled() const override { return earlier_->isEnabled(); }
  void cacheInfo(c10::DeviceIndex device, std::size_t* largest) override { earlier_->cacheInfo(device, largest); }
  void* getBaseAllocation(void* pointer, std::size_t* size) override {
    return earlier_->getBaseAllocation(pointer, size);
  }
  caching::SnapshotInfo snapshot(c10::MempoolId_t pool, bool traces) override {
    return earlier_->snapshot(pool, traces);
  }
  void beginAllocateToPool(c10::DeviceIndex device, c10::MempoolId_t pool,
                           std::function<bool(cudaStream_t)> filter) override {
    earlier_->beginAllocateToPool(device, pool, std::move(filter));
  }
  void endAllocateToPool(c10::DeviceIndex device, c10::MempoolId_t pool) override {
    earlier_->endAllocateToPool(device, pool);
  }
  void releasePool(c10::DeviceIndex device, c10::MempoolId_t pool) override { earlier_->releasePool(device, pool); }
  caching::ShareableHandle shareIpcHandle(void* pointer) override { return earlier_->shareIpcHandle(pointer); }
  std::shared_ptr<void> getIpcDevPtr(std::string handle) override { return earlier_->getIpcDevPtr(std::move(handle)); }
  void recordHistory(bool enabled, caching::CreateContextFn recorder, std::size_t entries, caching::RecordContext when,
                     bool clear, const std::vector<std::string>& skipped) override {
    earlier_->recordHistory(enabled, recorder, entries, when, clear, skipped);
  }
  void attachOutOfMemoryObserver(caching::OutOfMemoryObserver observer) override {
    earlier_->attachOutOfMemoryObserver(std::move(observer));
  }
  void attachAllocatorTraceTracker(caching::AllocatorTraceTracker tracker) override {
    earlier_->attachAllocatorTraceTracker(std::move(tracker));
  }
  void enablePeerAccess(c10::DeviceIndex from, c10::DeviceIndex to) override { earlier_->enablePeerAccess(from, to); }
  cudaError_t memcpyAsync(void* to, int to_device, const void* from, int from_device, std::size_t bytes,
                          cudaStream_t stream, bool peer) override {
    return earlier_->memcpyAsync(to, to_device, from, from_device, bytes, stream, peer);
  }
  std::shared_ptr<caching::AllocatorState> getCheckpointState(c10::DeviceIndex device, c10::MempoolId_t pool) override {
    return earlier_->getCheckpointState(device, pool);
  }
  caching::CheckpointDelta setCheckpointPoolState(c10::DeviceIndex device,
                                                  std::shared_ptr<caching::AllocatorState> state) override {
    return earlier_->setCheckpointPoolState(device, std::move(state));
  }
  std::string name() override { return earlier_->name(); }

 private:
  void poison(const Block& block) override {
    check_cuda(cudaMemsetAsync(block.whole.get(), 0xFF, with_bands(block.bytes), stream()), "filling guarded memory");
  }

  void inspect(const Block& block) noexcept override {
    // An error here is one of the kernels' under test, and is met again by whoever synchronises.
    inspect_bands(static_cast<const std::uint8_t*>(block.whole.get()), block.bytes,
                  static_cast<std::uint64_t>(GuardedMemory::band_bytes), damage_.get(), stream());
  }

  Damage collect() override {
    check_cuda(cudaDeviceSynchronize(), "waiting for the guard bands");
    const BandDamage found = *damage_.get();
    *damage_.get() = {};
    return {found.blocks, found.bytes_of_one};
  }

  static cudaStream_t stream() { return c10::cuda::getCurrentCUDAStream().stream(); }

  caching::CUDAAllocator* earlier_ = nullptr;
  SharedDamage damage_;
};

}  // namespace

std::shared_ptr<GuardedMemory::Allocator> make_guarded_cuda_allocator() { return std::make_shared<CudaAllocator>(); }

}  // namespace attngate

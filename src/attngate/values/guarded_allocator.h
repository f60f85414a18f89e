#pragma once

#include <c10/core/Allocator.h>

#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "attngate/values/guarded_memory.h"

namespace attngate {

/// What GuardedMemory asks of a device's guarding allocator; also the blocks that all of them keep books on.
class GuardedMemory::Allocator : public std::enable_shared_from_this<Allocator> {
 public:
  virtual ~Allocator() = default;

  /// Takes the place of LibTorch's allocator.
  virtual void install() = 0;
  /// Gives it back; blocks that are alive are then freed without a look at their bands.
  virtual void uninstall() = 0;
  /// As GuardedMemory::damage().
  std::string damage();

 protected:
  /// One allocation: band, tensor, band.
  struct Block {
    std::shared_ptr<Allocator> owner;  ///< outlives its blocks
    c10::DataPtr whole;
    std::size_t bytes = 0;  ///< of the tensor
  };
  /// How many blocks were written outside, and the size of one of them.
  struct Damage {
    std::uint64_t blocks = 0;
    std::uint64_t bytes_of_one = 0;
  };

  /// Fills the whole block with 0xFF.
  virtual void poison(const Block& block) = 0;
  /// Looks at both bands, now or in the device's good time.
  virtual void inspect(const Block& block) noexcept = 0;
  /// Waits for the looks taken so far; their result, which starts anew.
  virtual Damage collect() = 0;

  /// The block's bytes plus two bands.
  static std::size_t with_bands(std::size_t bytes) { return bytes + 2 * static_cast<std::size_t>(band_bytes); }
  /// Wraps an allocation of with_bands(bytes) as a tensor's memory.
  c10::DataPtr guard(c10::DataPtr whole, std::size_t bytes);
  /// The whole allocation behind a guarded tensor's memory; null for any other memory.
  static const c10::DataPtr* guarded(const c10::DataPtr& data);
  /// Frees a tensor's memory by its address: LibTorch's raw interface knows nothing else of it.
  static void release(void* data);

  /// Bands are looked at only while this is set.
  bool installed_ = false;

 private:
  /// Every guarded block of the process by the address of its tensor; release() has no other way to it.
  struct Book {
    std::mutex mutex;
    std::map<void*, std::unique_ptr<Block>> blocks;
  };
  static Book& book();

  std::mutex mutex_;
  std::set<const Block*> alive_;
  std::uint64_t inspected_ = 0;
};

/// The CPU's.
std::shared_ptr<GuardedMemory::Allocator> make_guarded_cpu_allocator();
/// A CUDA device's; throws CudaError where attngate was built without CUDA.
std::shared_ptr<GuardedMemory::Allocator> make_guarded_cuda_allocator();

}  // namespace attngate

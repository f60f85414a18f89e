#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <memory>
#include <string>

namespace attngate {

/// While it lives, every tensor that LibTorch allocates on the device lies between two guard bands, and bands and
/// tensor start as NaN (bytes 0xFF) in fp16, bf16 and fp32 alike.
///
/// A kernel that reads memory nobody wrote, or reads outside its tensors, then computes with NaN; one that writes
/// outside damages a band. It takes the place of LibTorch's allocator: one at a time, a second one throws
/// std::logic_error.
class GuardedMemory {
 public:
  /// 64 KiB on either side: a tile of 64 rows of 512 two-byte channels that runs over ends inside it.
  static constexpr std::int64_t band_bytes = 64 * 1024;

  /// Takes the allocator's place; throws CudaError.
  explicit GuardedMemory(c10::Device device);
  /// Puts the earlier allocator back; tensors that are still alive stay valid.
  ~GuardedMemory();

  /// Waits for the device and says what was written outside tensors since the last call, of those still alive and of
  /// those freed meanwhile: "3 of 40 blocks were written outside, the first of 1024 bytes"; empty when nothing was.
  std::string damage();

  /// Stands in for one device's allocator, see guarded_allocator.h.
  class Allocator;

 private:
  std::shared_ptr<Allocator> allocator_;
};

}  // namespace attngate

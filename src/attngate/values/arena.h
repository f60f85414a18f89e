#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace attngate {

/// Where one tensor lies in an arena: [sequences, rows, columns] with columns one behind the other.
struct ArenaRegion {
  /// What messages call it: "dense", "in_proj_bias".
  std::string name;
  at::ScalarType dtype = at::kFloat;
  std::int64_t sequences = 1;
  std::int64_t rows = 0;  ///< of each sequence
  std::int64_t columns = 0;
  std::int64_t sequence_stride = 0;  ///< elements
  std::int64_t row_stride = 0;       ///< elements
  /// Elements between an address aligned to GuardedArena::alignment and the first one.
  std::int64_t offset = 0;
  /// Bytes between the arena's begin and the aligned address; set by the arena.
  std::int64_t begin = 0;

  /// Elements from the first one to the end of the last one.
  std::int64_t extent() const;

  /// A region without gaps: [rows, columns].
  static ArenaRegion packed(std::string name, at::ScalarType dtype, std::int64_t rows, std::int64_t columns,
                            std::int64_t offset);
};

/// One allocation in which the tensors of a case lie apart. Every byte outside them is 0xFF, which is NaN in fp16, bf16
/// and fp32: what is read there shows in the result, what is written there shows in InputGuard.
class GuardedArena {
 public:
  /// What the caching allocator of LibTorch gives at least: kernels may count on it for the start of a tensor.
  static constexpr std::int64_t alignment = 256;

  /// Places the regions in their order, allocates and poisons; throws c10::OutOfMemoryError or CudaError.
  GuardedArena(std::vector<ArenaRegion> regions, std::int64_t guard_bytes, at::Device device);
  GuardedArena() = default;

  /// The region of that name, or nullptr.
  const ArenaRegion* find(const std::string& name) const;
  /// Address of a region's first element.
  void* data(const ArenaRegion& region) const;
  /// A tensor over the region. Its storage begins at the aligned address, so that storage_offset() is region.offset,
  /// and ends with its last element.
  at::Tensor tensor(const ArenaRegion& region, at::IntArrayRef sizes, at::IntArrayRef strides) const;
  /// The region's extent as one row of elements, whose storage begins at its first element.
  at::Tensor flat(const ArenaRegion& region) const;
  /// All bytes, as int64 [bytes / 8].
  const at::Tensor& words() const { return words_; }
  /// What lies at that byte: "channel 5 of row 3 of sequence 1 of dense", "the guard behind in_proj_bias".
  std::string describe(std::int64_t byte) const;

 private:
  std::vector<ArenaRegion> regions_;
  at::Tensor words_;
};

}  // namespace attngate

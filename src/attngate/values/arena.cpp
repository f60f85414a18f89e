#include "attngate/values/arena.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cstring>

#include "attngate/values/device_stream.h"
#include "attngate/values/fill.h"

namespace attngate {
namespace {

constexpr std::int64_t word_bytes = 8;

std::int64_t round_up(std::int64_t bytes) {
  return (bytes + GuardedArena::alignment - 1) / GuardedArena::alignment * GuardedArena::alignment;
}

std::int64_t element_bytes(const ArenaRegion& region) {
  return static_cast<std::int64_t>(at::elementSize(region.dtype));
}

std::int64_t first_byte(const ArenaRegion& region) { return region.begin + region.offset * element_bytes(region); }

std::int64_t end_byte(const ArenaRegion& region) {
  return first_byte(region) + region.extent() * element_bytes(region);
}

/// `sequence` and `row` of an element, by the larger stride first; false in a gap.
bool locate(const ArenaRegion& region, std::int64_t element, std::int64_t& sequence, std::int64_t& row) {
  const bool sequence_outside = region.sequence_stride >= region.row_stride * region.rows;
  if (sequence_outside && region.sequences > 1) {
    sequence = element / region.sequence_stride;
    element %= region.sequence_stride;
  }
  row = region.row_stride > 0 ? element / region.row_stride : 0;
  element -= row * region.row_stride;
  if (!sequence_outside && region.sequence_stride > 0) {
    sequence = element / region.sequence_stride;
    element -= sequence * region.sequence_stride;
  }
  return element < region.columns && row < region.rows;
}

std::string describe_inside(const ArenaRegion& region, std::int64_t element) {
  std::int64_t sequence = 0, row = 0;
  if (!locate(region, element, sequence, row)) return "a gap of " + region.name;
  const std::string of_sequence = region.sequences > 1 ? " of sequence " + std::to_string(sequence) : "";
  return "row " + std::to_string(row) + of_sequence + " of " + region.name;
}

}  // namespace

std::int64_t ArenaRegion::extent() const {
  if (sequences == 0 || rows == 0 || columns == 0) return 0;
  return (sequences - 1) * sequence_stride + (rows - 1) * row_stride + columns;
}

ArenaRegion ArenaRegion::packed(std::string name, at::ScalarType dtype, std::int64_t rows, std::int64_t columns,
                                std::int64_t offset) {
  ArenaRegion region;
  region.name = std::move(name);
  region.dtype = dtype;
  region.rows = rows;
  region.columns = columns;
  region.row_stride = columns;
  region.offset = offset;
  return region;
}

GuardedArena::GuardedArena(std::vector<ArenaRegion> regions, std::int64_t guard_bytes, at::Device device)
    : regions_(std::move(regions)) {
  const std::int64_t guard = round_up(guard_bytes);
  std::int64_t bytes = guard;
  for (ArenaRegion& region : regions_) {
    region.begin = bytes;
    bytes = round_up(end_byte(region)) + guard;
  }
  // The host's allocator aligns to 64 bytes only: room to move up.
  const at::Tensor allocated =
      at::empty({(bytes + alignment) / word_bytes}, at::TensorOptions(at::kLong).device(device));
  const auto misaligned = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(allocated.data_ptr()) % alignment);
  const std::int64_t skipped = misaligned == 0 ? 0 : (alignment - misaligned) / word_bytes;
  words_ = allocated.narrow(0, skipped, bytes / word_bytes);
  if (device.is_cuda()) {
    poison_on_device(words_.data_ptr(), static_cast<std::size_t>(bytes), current_stream(device));
  } else {
    std::memset(words_.data_ptr(), 0xFF, static_cast<std::size_t>(bytes));
  }
}

const ArenaRegion* GuardedArena::find(const std::string& name) const {
  const auto found =
      std::find_if(regions_.begin(), regions_.end(), [&](const ArenaRegion& region) { return region.name == name; });
  return found == regions_.end() ? nullptr : &*found;
}

void* GuardedArena::data(const ArenaRegion& region) const {
  return static_cast<std::uint8_t*>(words_.data_ptr()) + first_byte(region);
}

at::Tensor GuardedArena::tensor(const ArenaRegion& region, at::IntArrayRef sizes, at::IntArrayRef strides) const {
  return at::from_blob(
      static_cast<std::uint8_t*>(words_.data_ptr()) + region.begin, sizes, strides, region.offset,
      [words = words_](void*) {}, words_.options().dtype(region.dtype), words_.device());
}

at::Tensor GuardedArena::flat(const ArenaRegion& region) const {
  return at::from_blob(
      data(region), {region.extent()}, {1}, [words = words_](void*) {}, words_.options().dtype(region.dtype),
      words_.device());
}

std::string GuardedArena::describe(std::int64_t byte) const {
  const ArenaRegion* before = nullptr;
  for (const ArenaRegion& region : regions_) {
    if (byte < first_byte(region)) {
      const bool nearer = before == nullptr || first_byte(region) - byte <= byte - end_byte(*before);
      return "the guard " + (nearer ? "before " + region.name : "behind " + before->name);
    }
    if (byte < end_byte(region)) return describe_inside(region, (byte - first_byte(region)) / element_bytes(region));
    before = &region;
  }
  return before == nullptr ? "the guard" : "the guard behind " + before->name;
}

}  // namespace attngate

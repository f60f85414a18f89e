#include "attngate/values/guarded_memory.h"

#include <c10/core/CPUAllocator.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <stdexcept>

#include "attngate/values/guarded_allocator.h"

namespace attngate {
namespace {

constexpr std::uint8_t poison_byte = 0xFF;

/// LibTorch has one allocator per device, so there is one guard at a time.
std::atomic<bool> taken{false};

class CpuAllocator : public GuardedMemory::Allocator, public c10::Allocator {
 public:
  void install() override {
    earlier_ = c10::GetCPUAllocator();
    c10::SetCPUAllocator(this, priority);
    installed_ = true;
  }

  void uninstall() override {
    installed_ = false;
    c10::SetCPUAllocator(earlier_, priority);
  }

  c10::DataPtr allocate(std::size_t bytes) override { return guard(earlier_->allocate(with_bands(bytes)), bytes); }

  c10::DeleterFnPtr raw_deleter() const override { return release; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }

 private:
  /// The highest: LibTorch keeps the allocator of the highest priority, the last one of equal ones.
  static constexpr std::uint8_t priority = 255;

  void poison(const Block& block) override { std::memset(block.whole.get(), poison_byte, with_bands(block.bytes)); }

  void inspect(const Block& block) noexcept override {
    const auto* band = static_cast<const std::uint8_t*>(block.whole.get());
    const auto intact = [](const std::uint8_t* first) {
      return std::all_of(first, first + GuardedMemory::band_bytes,
                         [](std::uint8_t byte) { return byte == poison_byte; });
    };
    if (intact(band) && intact(band + GuardedMemory::band_bytes + block.bytes)) return;
    ++damage_.blocks;
    damage_.bytes_of_one = block.bytes;
  }

  Damage collect() override { return std::exchange(damage_, {}); }

  c10::Allocator* earlier_ = nullptr;
  Damage damage_;
};

}  // namespace

GuardedMemory::Allocator::Book& GuardedMemory::Allocator::book() {
  static Book* const all = new Book;  // never destroyed: tensors of static objects are freed later still
  return *all;
}

c10::DataPtr GuardedMemory::Allocator::guard(c10::DataPtr whole, std::size_t bytes) {
  auto block = std::make_unique<Block>(Block{shared_from_this(), std::move(whole), bytes});
  poison(*block);
  void* const data = static_cast<std::uint8_t*>(block->whole.get()) + band_bytes;
  const c10::Device device = block->whole.device();
  {
    const std::lock_guard lock(mutex_);
    alive_.insert(block.get());
  }
  const std::lock_guard lock(book().mutex);
  book().blocks[data] = std::move(block);
  return {data, data, release, device};
}

const c10::DataPtr* GuardedMemory::Allocator::guarded(const c10::DataPtr& data) {
  if (data.get_deleter() != release) return nullptr;
  const std::lock_guard lock(book().mutex);
  return &book().blocks.at(data.get_context())->whole;
}

void GuardedMemory::Allocator::release(void* data) {
  std::unique_ptr<Block> block;
  {
    const std::lock_guard lock(book().mutex);
    const auto found = book().blocks.find(data);
    if (found == book().blocks.end()) return;  // nullptr, as free() takes it
    block = std::move(found->second);
    book().blocks.erase(found);
  }
  const std::shared_ptr<Allocator> owner = block->owner;
  const std::lock_guard lock(owner->mutex_);
  owner->alive_.erase(block.get());
  if (!owner->installed_) return;
  owner->inspect(*block);
  ++owner->inspected_;
}

std::string GuardedMemory::Allocator::damage() {
  const std::lock_guard lock(mutex_);
  for (const Block* block : alive_) inspect(*block);
  const std::uint64_t looked_at = std::exchange(inspected_, 0) + alive_.size();
  const Damage found = collect();
  if (found.blocks == 0) return "";
  return std::to_string(found.blocks) + " of " + std::to_string(looked_at) +
         " blocks were written outside, one of them of " + std::to_string(found.bytes_of_one) + " bytes";
}

std::shared_ptr<GuardedMemory::Allocator> make_guarded_cpu_allocator() { return std::make_shared<CpuAllocator>(); }

GuardedMemory::GuardedMemory(c10::Device device) {
  if (taken.exchange(true))
    throw std::logic_error("GuardedMemory: one at a time, allocators belong to the whole process");
  try {
    allocator_ = device.is_cuda() ? make_guarded_cuda_allocator() : make_guarded_cpu_allocator();
    allocator_->install();
  } catch (...) {
    taken = false;
    throw;
  }
}

GuardedMemory::~GuardedMemory() {
  allocator_->uninstall();
  taken = false;
}

std::string GuardedMemory::damage() { return allocator_->damage(); }

}  // namespace attngate

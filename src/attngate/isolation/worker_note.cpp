#include "attngate/isolation/worker_note.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>

namespace attngate {

WorkerNote::WorkerNote() {
  void* memory = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "a page shared with a worker");
  page_ = new (memory) Page{};
}

WorkerNote::~WorkerNote() { ::munmap(page_, sizeof(Page)); }

void WorkerNote::begin_request() {
  set_path("");
  page_->requests_begun.fetch_add(1, std::memory_order_release);
}

std::uint64_t WorkerNote::requests_begun() const { return page_->requests_begun.load(std::memory_order_acquire); }

void WorkerNote::set_path(std::string_view path) {
  const std::size_t length = std::min(path.size(), sizeof page_->text);
  page_->length.store(0, std::memory_order_release);
  std::memcpy(page_->text, path.data(), length);
  page_->length.store(length, std::memory_order_release);
}

std::string WorkerNote::path() const {
  // A worker that went astray may have written anything here.
  const std::size_t length = std::min(page_->length.load(std::memory_order_acquire), sizeof page_->text);
  return std::string(page_->text, length);
}

}  // namespace attngate

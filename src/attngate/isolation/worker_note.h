#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace attngate {

/// A page of memory that a worker and its supervisor share: what the worker does, readable after its death.
class WorkerNote {
 public:
  /// Throws std::system_error when there is no memory.
  WorkerNote();
  ~WorkerNote();
  WorkerNote(const WorkerNote&) = delete;
  WorkerNote& operator=(const WorkerNote&) = delete;

  /// The worker begins its next request; no path runs yet.
  void begin_request();
  /// How many requests it has begun.
  std::uint64_t requests_begun() const;

  /// The path of this name runs from now on; empty for none. Names beyond 500 bytes are cut.
  void set_path(std::string_view path);
  /// The path that ran last, or runs.
  std::string path() const;

 private:
  struct Page {
    std::atomic<std::uint64_t> requests_begun;
    std::atomic<std::size_t> length;
    char text[500];
  };
  Page* page_;
};

}  // namespace attngate

#pragma once

#include <sys/types.h>

#include <cstdint>

namespace attngate {

/// Bytes that new processes could take without swapping (MemAvailable); throws std::runtime_error where /proc is
/// missing.
std::uint64_t available_host_bytes();

/// Reads how much memory a process has of its own, in a few microseconds.
class ProcessMemory {
 public:
  explicit ProcessMemory(pid_t process);
  ~ProcessMemory();
  ProcessMemory(const ProcessMemory&) = delete;
  ProcessMemory& operator=(const ProcessMemory&) = delete;

  /// Bytes that it holds, without mapped files and shared pages; 0 when it is gone.
  std::uint64_t private_bytes() const;

 private:
  int file_;
};

}  // namespace attngate

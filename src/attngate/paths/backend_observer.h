#pragma once

#include <cstdint>
#include <string>

namespace attngate {

/// Watches LibTorch's dispatcher on this thread while it lives and tells which attention kernels ran.
///
/// Seen, not predicted: two paths that claim different backends and run the same kernel are found out. One at a time on
/// a thread: a second one starts the first one's record afresh.
class BackendObserver {
 public:
  BackendObserver();
  ~BackendObserver();
  BackendObserver(const BackendObserver&) = delete;
  BackendObserver& operator=(const BackendObserver&) = delete;

  /// "flash", "efficient", "cudnn", "math", "unfused" (softmax outside SDPA), "none", or several with "+".
  std::string seen() const;

 private:
  std::uint64_t handle_;
};

}  // namespace attngate

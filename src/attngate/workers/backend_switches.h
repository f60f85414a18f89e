#pragma once

#include "attngate/sweep/sweep_request.h"

namespace attngate {

/// Sets LibTorch's switches of the SDPA backends while it lives, then restores them. They belong to the process.
class BackendSwitchGuard {
 public:
  explicit BackendSwitchGuard(const BackendSwitches& switches);
  ~BackendSwitchGuard();
  BackendSwitchGuard(const BackendSwitchGuard&) = delete;
  BackendSwitchGuard& operator=(const BackendSwitchGuard&) = delete;

 private:
  BackendSwitches earlier_;
};

}  // namespace attngate

#pragma once

#include <memory>

#include "attngate/paths/attention_path.h"

namespace attngate {

/// Enables exactly one SDPA backend while it lives (all of them for `any`), then restores the switches.
///
/// The switches belong to LibTorch's process-wide context: one guard at a time, one thread.
class SdpBackendGuard {
 public:
  explicit SdpBackendGuard(SdpBackend backend);
  ~SdpBackendGuard();
  SdpBackendGuard(const SdpBackendGuard&) = delete;
  SdpBackendGuard& operator=(const SdpBackendGuard&) = delete;

 private:
  bool math_, flash_, efficient_, cudnn_, overrideable_;
};

/// Takes reduced-precision shortcuts out of LibTorch for the whole process: TF32, and reductions of
/// fp16 and bf16 products in less than fp32. Correctness runs call it once at their start.
void use_strict_arithmetic();

/// Swallows LibTorch's warnings while it lives: a refused backend explains itself in four of them.
class QuietWarnings {
 public:
  QuietWarnings();
  ~QuietWarnings();
  QuietWarnings(const QuietWarnings&) = delete;
  QuietWarnings& operator=(const QuietWarnings&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace attngate

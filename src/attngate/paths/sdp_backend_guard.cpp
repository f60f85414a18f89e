#include "attngate/paths/sdp_backend_guard.h"

#include <ATen/Context.h>
#include <c10/util/Exception.h>

namespace attngate {

SdpBackendGuard::SdpBackendGuard(SdpBackend backend)
    : math_(at::globalContext().userEnabledMathSDP()),
      flash_(at::globalContext().userEnabledFlashSDP()),
      efficient_(at::globalContext().userEnabledMemEfficientSDP()),
      cudnn_(at::globalContext().userEnabledCuDNNSDP()),
      overrideable_(at::globalContext().userEnabledOverrideableSDP()) {
  const bool any = backend == SdpBackend::any;
  at::globalContext().setSDPUseMath(any || backend == SdpBackend::math);
  at::globalContext().setSDPUseFlash(any || backend == SdpBackend::flash);
  at::globalContext().setSDPUseMemEfficient(any || backend == SdpBackend::efficient);
  at::globalContext().setSDPUseCuDNN(any || backend == SdpBackend::cudnn);
  // Left on, this place for out-of-tree devices answers for a refused backend, with another error.
  at::globalContext().setSDPUseOverrideable(any && overrideable_);
}

SdpBackendGuard::~SdpBackendGuard() {
  at::globalContext().setSDPUseMath(math_);
  at::globalContext().setSDPUseFlash(flash_);
  at::globalContext().setSDPUseMemEfficient(efficient_);
  at::globalContext().setSDPUseCuDNN(cudnn_);
  at::globalContext().setSDPUseOverrideable(overrideable_);
}

void use_strict_arithmetic() {
  at::globalContext().setAllowTF32CuBLAS(false);
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowFP16ReductionCuBLAS(false);
  at::globalContext().setAllowBF16ReductionCuBLAS(false);
  at::globalContext().setAllowFP16BF16ReductionMathSDP(false);
}

struct QuietWarnings::State {
  struct Silence : c10::WarningHandler {
    void process(const c10::Warning&) override {}
  } silence;
  c10::WarningUtils::WarningHandlerGuard guard{&silence};
};

QuietWarnings::QuietWarnings() : state_(std::make_unique<State>()) {}
QuietWarnings::~QuietWarnings() = default;

}  // namespace attngate

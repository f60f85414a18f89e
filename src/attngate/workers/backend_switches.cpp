#include "attngate/workers/backend_switches.h"

#include <ATen/Context.h>

namespace attngate {
namespace {

BackendSwitches switches_now() {
  const at::Context& context = at::globalContext();
  return {context.userEnabledMathSDP(), context.userEnabledFlashSDP(), context.userEnabledMemEfficientSDP(),
          context.userEnabledCuDNNSDP()};
}

void set(const BackendSwitches& switches) {
  at::Context& context = at::globalContext();
  context.setSDPUseMath(switches.math);
  context.setSDPUseFlash(switches.flash);
  context.setSDPUseMemEfficient(switches.efficient);
  context.setSDPUseCuDNN(switches.cudnn);
}

}  // namespace

BackendSwitchGuard::BackendSwitchGuard(const BackendSwitches& switches) : earlier_(switches_now()) { set(switches); }
BackendSwitchGuard::~BackendSwitchGuard() { set(earlier_); }

}  // namespace attngate

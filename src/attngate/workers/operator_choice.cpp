#include "attngate/workers/operator_choice.h"

#include <ATen/Context.h>

namespace attngate {
namespace {

void set(const BackendSwitches& switches) {
  at::Context& context = at::globalContext();
  context.setSDPUseMath(switches.math);
  context.setSDPUseFlash(switches.flash);
  context.setSDPUseMemEfficient(switches.efficient);
  context.setSDPUseCuDNN(switches.cudnn);
}

/// Sets LibTorch's switches of the SDPA backends while it lives, then restores them. They belong to the process.
class BackendSwitchGuard {
 public:
  explicit BackendSwitchGuard(const BackendSwitches& switches) { set(switches); }
  ~BackendSwitchGuard() { set(earlier_); }
  BackendSwitchGuard(const BackendSwitchGuard&) = delete;
  BackendSwitchGuard& operator=(const BackendSwitchGuard&) = delete;

 private:
  const BackendSwitches earlier_ = {at::globalContext().userEnabledMathSDP(), at::globalContext().userEnabledFlashSDP(),
                                    at::globalContext().userEnabledMemEfficientSDP(),
                                    at::globalContext().userEnabledCuDNNSDP()};
};

bool is_on(const BackendSwitches& switches, SdpBackend backend) {
  switch (backend) {
    case SdpBackend::any:
      return true;
    case SdpBackend::math:
      return switches.math;
    case SdpBackend::flash:
      return switches.flash;
    case SdpBackend::efficient:
      return switches.efficient;
    case SdpBackend::cudnn:
      return switches.cudnn;
  }
  return false;
}

/// Redundant paths run, too: nobody else of the family may be switched on.
bool runs(const Promise& promise) {
  return promise.kind == Promise::Kind::runs || promise.kind == Promise::Kind::redundant;
}

PreparedCall with_switches(PreparedCall prepared, const BackendSwitches& switches) {
  prepared.call = [switches, call = std::move(prepared.call)] {
    const BackendSwitchGuard guard(switches);
    return call();
  };
  return prepared;
}

AttentionPath with_switches(const AttentionPath& path, const BackendSwitches& switches) {
  AttentionPath free = path;
  free.name = path.family;
  free.backend = SdpBackend::any;
  free.promise = [](const AttentionCase&, at::DeviceType) { return Promise::runs(); };
  free.run = [switches, run = path.run](const CaseInputs& inputs) {
    const BackendSwitchGuard guard(switches);
    return run(inputs);
  };
  if (path.prepare) {
    free.prepare = [switches, prepare = path.prepare](const CaseInputs& inputs) {
      const BackendSwitchGuard guard(switches);
      return with_switches(prepare(inputs), switches);
    };
  }
  return free;
}

}  // namespace

std::string reason_of(const Promise& promise) { return promise.reason.empty() ? promise.error : promise.reason; }

OperatorChoice choose_operator(const PathRegistry& registry, const SweepOperator& wanted,
                               const AttentionCase& attention_case, at::DeviceType device) {
  if (!wanted.skip_reason.empty()) return {std::nullopt, wanted.skip_reason};
  if (const AttentionPath* path = registry.find(wanted.path)) {
    const Promise promise = path->promise(attention_case, device);
    if (promise.kind == Promise::Kind::runs) return {*path, ""};
    return {std::nullopt, reason_of(promise)};
  }
  std::string reasons;
  for (const AttentionPath& path : registry.paths()) {
    if (path.family != wanted.path) continue;
    if (!is_on(wanted.switches, path.backend)) continue;
    const Promise promise = path.promise(attention_case, device);
    if (runs(promise)) return {with_switches(path, wanted.switches), ""};
    reasons += (reasons.empty() ? "" : ", ") + path.name + ": " + reason_of(promise);
  }
  return {std::nullopt, reasons.empty() ? "no path of " + wanted.path + " has its backend switched on" : reasons};
}

}  // namespace attngate

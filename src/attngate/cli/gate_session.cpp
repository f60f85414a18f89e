#include "attngate/cli/gate_session.h"

#include "attngate/cli/chosen.h"
#include "attngate/cli/device_option.h"
#include "attngate/gates/calibration.h"
#include "attngate/run/environment.h"
#include "attngate/suite/tested_registry.h"
#include "attngate/workers/device.h"

namespace attngate {
namespace {

/// With the paths that a gate of one's own names.
PathRegistry registry_with(const OwnGate& own) {
  PathRegistry registry = make_tested_registry();
  if (own.wanted()) check_operators(own, registry);
  return registry;
}

}  // namespace

GateSession::GateSession(const GateMeasuring& measuring, const OwnGate& own)
    : seed(chosen_seed(measuring.seed)),
      options(gate_options(measuring, seed)),
      gates(own.wanted() ? std::vector<Gate>{gate_of(own)} : chosen_gates(measuring, seed)),
      bounds(read_gate_bounds(measuring.bounds)),
      registry(registry_with(own)),
      source(registry, choose_device(measuring.device)),
      device(source.device_key()) {
  if (own.wanted()) bounds = {bound_of(own, gpu_kind(device).compute_capability)};
}

std::optional<int> gates_cannot_start(const GateMeasuring& measuring) {
  use_gpu_from_ctest();
  return measuring.skip_without_gpu ? code_without_gpu(measuring.device) : std::nullopt;
}

}  // namespace attngate

#pragma once

#include <string>
#include <vector>

#include "attngate/base/device_key.h"
#include "attngate/gates/gate_run.h"

namespace attngate {

inline constexpr const char* gates_schema = "attngate.gates";

/// A run of gates as JSON, with every sample of it: schema attngate.gates, version 1 (docs/gates.md).
std::string gates_to_json(const DeviceKey& device, const GateOptions& options, const std::vector<GateResult>& results);

}  // namespace attngate

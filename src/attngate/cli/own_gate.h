#pragma once

#include <optional>
#include <string>

#include "attngate/gates/gate.h"
#include "attngate/gates/gate_bounds.h"
#include "attngate/paths/attention_path.h"

namespace CLI {
class App;
}

namespace attngate {

/// A gate that the command line describes: any case, two paths and a bound.
struct OwnGate {
  std::string line, candidate, base;
  std::optional<double> least_speedup, most_ratio;
  std::string quantity = to_string(Quantity::gpu_time);

  /// Whether any part of one was given.
  bool wanted() const { return !line.empty() || !candidate.empty() || !base.empty() || least_speedup || most_ratio; }
};

/// --case, --candidate, --base, --least-speedup, --most-ratio and --quantity.
void add_own_gate(CLI::App& command, OwnGate& own);

/// The gate; throws UsageError where a part of it is missing, and CaseError for a bad line.
Gate gate_of(const OwnGate& own);

/// Its bound, for this GPU.
GateBound bound_of(const OwnGate& own, const std::string& compute_capability);

/// Throws UsageError unless candidate and base are paths of the registry or sdpa.BACKEND.
void check_operators(const OwnGate& own, const PathRegistry& registry);

}  // namespace attngate

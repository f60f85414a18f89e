#pragma once

#include <c10/core/Device.h>

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

/// The gate; throws UsageError where a part of it is missing or its case has no token, and CaseError for a bad line.
Gate gate_of(const OwnGate& own);

/// Its bound, for this GPU.
GateBound bound_of(const OwnGate& own, const std::string& compute_capability);

/// Runs candidate and base once, in a process of their own, against the fp64 reference and against each other, as a
/// sweep does with its rows. Says what is wrong, in one line: the time of a wrong result says nothing. Empty where both
/// are right, do not promise to run here, or are sdpa.BACKEND.
std::string wrong_result_of(const OwnGate& own, const PathRegistry& registry, c10::Device device);

/// Throws UsageError unless candidate and base are paths of the registry or sdpa.BACKEND.
void check_operators(const OwnGate& own, const PathRegistry& registry);

}  // namespace attngate

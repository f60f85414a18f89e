#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "attngate/base/device_key.h"
#include "attngate/base/exit_code.h"
#include "attngate/base/progress_bar.h"
#include "attngate/cli/gate_options.h"
#include "attngate/cli/own_gate.h"
#include "attngate/gates/gate_bounds.h"
#include "attngate/paths/attention_path.h"
#include "attngate/workers/worker_sample_source.h"

namespace attngate {

/// Everything that gates are measured with.
struct GateSession {
  /// Throws UsageError, before any time is spent, for names, bounds and a device that do not exist. A gate of one's own
  /// takes the place of the catalogue and of the file of bounds.
  explicit GateSession(const GateMeasuring& measuring, const OwnGate& own = {});

  std::uint64_t seed;
  GateOptions options;
  std::vector<Gate> gates;
  std::vector<GateBound> bounds;
  PathRegistry registry;
  WorkerSampleSource source;
  DeviceKey device;
};

/// The exit code of a command that cannot start for want of a GPU; nullopt where it can.
std::optional<int> gates_cannot_start(const GateMeasuring& measuring);

/// The line about a run of so many parts.
inline ProgressBar gate_progress(std::size_t count) { return ProgressBar(count, "attngate gate"); }

/// The exit code of gates that were judged: each result has a status, and `fails` is the run's verdict.
template <typename Result>
int gates_exit_code(const std::vector<Result>& results, bool fails) {
  const auto skipped = [](const Result& result) { return result.status == GateStatus::skipped; };
  if (std::ranges::all_of(results, skipped)) return exit_code::skipped;
  return fails ? exit_code::failed : exit_code::holds;
}

}  // namespace attngate

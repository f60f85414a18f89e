#pragma once

#include <c10/core/Device.h>

#include <optional>

#include "attngate/isolation/worker_pool.h"
#include "attngate/paths/attention_path.h"
#include "attngate/sweep/sweep_run.h"

namespace attngate {

/// Rows checked and measured in a worker process, so that a path that crashes or hangs costs one row. This process does
/// no work on the device, and must not have used CUDA before.
///
/// A worker in which a path raised an error is not used again. The registry outlives the source.
class WorkerSweepSource : public SweepSource {
 public:
  /// `row_seconds`: how long a row may take before its worker counts as hung; empty for 60 s on a GPU and 20 minutes on
  /// the CPU.
  WorkerSweepSource(const PathRegistry& registry, c10::Device device, std::optional<double> row_seconds = std::nullopt);

  /// Throws WorkerError when no worker can be started.
  SweepAnswer measure(const SweepRequest& request) override;

 private:
  double row_seconds_;
  WorkerPool pool_;
  std::uint64_t available_bytes_;
};

}  // namespace attngate

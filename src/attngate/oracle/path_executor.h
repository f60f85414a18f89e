#pragma once

#include <functional>
#include <string>
#include <vector>

#include "attngate/paths/attention_path.h"
#include "attngate/timing/stopwatch.h"
#include "attngate/verdict/on_path.h"
#include "attngate/verdict/path_disaster.h"
#include "attngate/verdict/verdict.h"

namespace attngate {

/// A path with what it promises for the case at hand.
struct SelectedPath {
  const AttentionPath* path = nullptr;
  Promise promise;
};

/// What came of running one path on one case.
struct Execution {
  PathOutcome outcome;
  at::Tensor rows;     ///< token rows [total_tokens, embed_dim]; undefined unless the path ran
  at::Tensor weights;  ///< as PathOutput::weights
};

/// Runs paths one by one, each under its SDPA backend, and holds them to their promises.
class PathExecutor {
 public:
  /// Runs on `device`; `on_path` may be empty.
  explicit PathExecutor(at::Device device, OnPath on_path = {}) : device_(device), on_path_(std::move(on_path)) {}

  /// Runs every path on the inputs; device work may still be queued when it returns.
  ///
  /// Errors of a path end up in its outcome. Throws DeviceLost or RanOutOfMemory when neither the other paths nor
  /// attngate can go on in this process.
  std::vector<Execution> run(const std::vector<SelectedPath>& paths, const CaseInputs& inputs);

  /// Waits for the device and fills in time_us of the executions of the last run().
  void read_times(std::vector<Execution>& executions) const;

 private:
  Execution run_one(const SelectedPath& selected, const CaseInputs& inputs, Stopwatch& stopwatch);

  /// Throws DeviceLost when the error of an execution has left the device unusable: a path's own kernels may report it
  /// as any kind of error, and the next path would get the blame.
  void expect_device(const SelectedPath& selected, const Execution& execution) const;
  void announce(const std::string& path) const;

  at::Device device_;
  OnPath on_path_;
  std::vector<Stopwatch> stopwatches_;  ///< kept from case to case: making events costs more than recording them
};

}  // namespace attngate

#pragma once

#include <functional>
#include <string>

namespace attngate {

/// Something to time.
struct TimedOperator {
  std::string name;
  /// Queues the operator's work on the current stream, once; on the CPU does it.
  std::function<void()> call;
  /// Attention kernels that were seen to run, see BackendObserver; empty when nobody looked.
  std::string backend = {};
  /// The call replays a CUDA graph, see graph_replay().
  bool graph_replayed = false;
};

}  // namespace attngate

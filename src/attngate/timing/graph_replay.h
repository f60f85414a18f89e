#pragma once

#include <c10/core/Device.h>

#include <optional>
#include <string>

#include "attngate/timing/timed_operator.h"

namespace attngate {

/// What came of asking for a CUDA graph.
struct GraphReplay {
  /// The operator as a graph; empty when it cannot be captured.
  std::optional<TimedOperator> replayed;
  /// Why it cannot be captured, in one line; empty when it was.
  std::string reason;
};

/// The operator captured as a CUDA graph, whose calls replay it: the same kernels, launched as one.
///
/// Makes a call first and watches it: an operator that works on nested tensors, reads a value of the device, or copies
/// between host and device is said to be impossible to capture and never tried, since a failed capture spoils the
/// process. What happens out of the dispatcher's sight ends in CaptureFailed (paths/graph_capture.h): use a worker
/// process for operators that you do not know.
GraphReplay graph_replay(const TimedOperator& timed, c10::Device device);

}  // namespace attngate

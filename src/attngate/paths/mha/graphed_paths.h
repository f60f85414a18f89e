#pragma once

#include "attngate/paths/attention_path.h"

namespace attngate {

/// The path captured as a CUDA graph, which is what torch.compile's mode="reduce-overhead" makes of a call: the same
/// kernels, launched as one. Its name and family begin with "graphed_"; it takes part where it is named, see
/// docs/paths.md.
///
/// `run` captures the call anew each time, fills the captured outputs with NaN, replays once and returns copies, so
/// that what is compared comes from the replay; `prepare` captures once, and its calls replay. Both throw NotCapturable
/// before any capture for what capture_obstacle() sees, and CaptureFailed (graph_capture.h). Promises what the path
/// does, and nothing on the CPU. The path must return tensors that it made itself.
AttentionPath graphed(const AttentionPath& path);

}  // namespace attngate

#pragma once

#include <c10/core/Device.h>

#include <functional>
#include <stdexcept>
#include <string>

namespace attngate {

/// A call does what no CUDA graph can capture: nothing was tried, and the process is as good as before.
class NotCapturable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A capture that was begun failed: LibTorch's allocator and the stream may be unusable, so the process should end.
class CaptureFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Why a call cannot be captured as a CUDA graph on the device, in a few words; empty for no reason.
///
/// On a GPU it makes the call once and watches it (capture_obstacle.h), since a capture that is tried in vain spoils
/// the process. What happens out of the dispatcher's sight is found by the capture only: use a worker process for calls
/// that you do not know.
std::string reason_against_capture(const std::function<void()>& call, c10::Device device);

/// Captures a call as a CUDA graph, behind calls that warm it up; each call of the result queues a replay on the
/// current stream.
///
/// The graph reads and writes the memory that the captured call saw, so its inputs must outlive the result. Tensors
/// that the call made belong to the graph: a replay fills them anew. Waits for the device, and empties LibTorch's
/// cache. Does not look first; throws CaptureFailed under that name. For CUDA devices.
std::function<void()> capture_on_cuda(const std::string& name, const std::function<void()>& call, c10::Device device);

}  // namespace attngate

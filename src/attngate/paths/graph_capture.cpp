#include "attngate/paths/graph_capture.h"

#include "attngate/paths/capture_obstacle.h"

namespace attngate {

std::string reason_against_capture(const std::function<void()>& call, c10::Device device) {
  if (!device.is_cuda()) return "the CPU has no CUDA graphs";
  return capture_obstacle(call);
}

}  // namespace attngate

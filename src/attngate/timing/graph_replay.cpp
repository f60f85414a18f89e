#include "attngate/timing/graph_replay.h"

#include "attngate/timing/capture_obstacle.h"

namespace attngate {

GraphReplay graph_replay(const TimedOperator& timed, c10::Device device) {
  if (!device.is_cuda()) return {std::nullopt, timed.name + " cannot be captured: the CPU has no graphs"};
  if (const std::string obstacle = capture_obstacle(timed.call); !obstacle.empty()) {
    return {std::nullopt, timed.name + " cannot be captured: " + obstacle};
  }
  return {capture_on_cuda(timed, device), ""};
}

}  // namespace attngate

#include "attngate/timing/graph_replay.h"

#include "attngate/paths/graph_capture.h"

namespace attngate {

GraphReplay graph_replay(const TimedOperator& timed, c10::Device device) {
  if (const std::string reason = reason_against_capture(timed.call, device); !reason.empty()) {
    return {std::nullopt, timed.name + " cannot be captured: " + reason};
  }
  TimedOperator replayed = timed;
  replayed.graph_replayed = true;
  // The operator comes along: the graph reads the memory of its inputs.
  replayed.call = [replay = capture_on_cuda(timed.name, timed.call, device), kept = timed.call] { replay(); };
  return {std::move(replayed), ""};
}

}  // namespace attngate

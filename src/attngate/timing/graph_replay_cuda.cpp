#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <c10/util/Exception.h>

#include <memory>

#include "attngate/case/printable.h"
#include "attngate/timing/graph_replay.h"
#include "attngate/values/device_stream.h"

namespace attngate {
namespace {

// On the stream of the capture, before it: libraries set up what they keep for each stream, such as cuBLAS's workspace.
constexpr int calls_before_capture = 3;

void capture(const TimedOperator& timed, at::cuda::CUDAGraph& graph) {
  try {
    graph.capture_begin();
    timed.call();
    graph.capture_end();
  } catch (const c10::Error& error) {
    throw CaptureFailed(timed.name + ": the capture failed: " + first_line(error.what_without_backtrace()));
  } catch (const std::exception& error) {
    throw CaptureFailed(timed.name + ": the capture failed: " + first_line(error.what()));
  }
}

}  // namespace

TimedOperator capture_on_cuda(const TimedOperator& timed, c10::Device device) {
  synchronize(device);
  const auto graph = std::make_shared<at::cuda::CUDAGraph>();
  {
    // The default stream cannot be captured.
    const c10::cuda::CUDAStreamGuard side(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device.index()));
    for (int call = 0; call < calls_before_capture; ++call) timed.call();
    synchronize(device);
    capture(timed, *graph);
    synchronize(device);
  }
  TimedOperator replayed = timed;
  replayed.graph_replayed = true;
  // The operator comes along: the graph reads the memory of its inputs.
  replayed.call = [graph, kept = timed.call] { graph->replay(); };
  return replayed;
}

}  // namespace attngate

#include "attngate/paths/graph_capture.h"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/core/InferenceMode.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <c10/util/Exception.h>

#include <map>
#include <memory>

#include "attngate/base/printable.h"
#include "attngate/values/cuda_check.cuh"
#include "attngate/values/device_stream.h"

namespace attngate {
namespace {

// On the stream of the capture, before it: libraries set up what they keep for each stream, such as cuBLAS's workspace.
// 3, as torch.cuda.make_graphed_callables makes: the first call plans and allocates, the others find what it left.
constexpr int calls_before_capture = 3;

/// The stream of all captures on a device, since the default stream cannot be captured. Not one of LibTorch's pool,
/// which hands out the same 32 in turn: the reference, computed beside the paths, would end up in a stream that is
/// being captured. One for all captures: cuBLAS keeps a workspace for each stream. It lives as long as the process;
/// paths run one at a time.
c10::cuda::CUDAStream capture_stream(c10::DeviceIndex device) {
  static std::map<c10::DeviceIndex, c10::cuda::CUDAStream> streams;
  const auto known = streams.find(device);
  if (known != streams.end()) return known->second;
  const c10::cuda::CUDAGuard on_device(device);
  cudaStream_t stream = nullptr;
  check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "making a stream for captures");
  return streams.emplace(device, c10::cuda::getStreamFromExternal(stream, device)).first->second;
}

void capture(const std::string& name, const std::function<void()>& call, at::cuda::CUDAGraph& graph) {
  try {
    // Thread-local: the reference, computed beside the paths in another thread, may ask the device for memory
    // meanwhile.
    graph.capture_begin(/*pool=*/{0, 0}, cudaStreamCaptureModeThreadLocal);
    call();
    graph.capture_end();
  } catch (const c10::Error& error) {
    throw CaptureFailed(name + ": the capture failed: " + first_line(error.what_without_backtrace()));
  } catch (const std::exception& error) {
    throw CaptureFailed(name + ": the capture failed: " + first_line(error.what()));
  }
}

}  // namespace

std::function<void()> capture_on_cuda(const std::string& name, const std::function<void()>& call, c10::Device device) {
  // Throughout: the first capture makes tensors for the random generator, which later captures write to, and which must
  // not be inference tensors for one of them only.
  const c10::InferenceMode no_autograd;
  synchronize(device);
  const auto graph = std::make_shared<at::cuda::CUDAGraph>();
  {
    const c10::cuda::CUDAStreamGuard side(
        capture_stream(device.has_index() ? device.index() : c10::cuda::current_device()));
    for (int warm_up = 0; warm_up < calls_before_capture; ++warm_up) call();
    synchronize(device);
    // As torch.cuda.graph does: memory of earlier graphs, which LibTorch's allocator cannot give back during a capture.
    c10::cuda::CUDACachingAllocator::emptyCache();
    capture(name, call, *graph);
    synchronize(device);
  }
  return [graph] {
    const c10::InferenceMode replayed_as_captured;
    graph->replay();
  };
}

}  // namespace attngate

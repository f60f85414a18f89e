// What torch.compile's mode="reduce-overhead" adds to a call: a CUDA graph.
#include "attngate/paths/mha/graphed_paths.h"

#include <fmt/format.h>

#include <limits>
#include <memory>

#include "attngate/paths/graph_capture.h"
#include "attngate/paths/mha/builtin_paths.h"
#include "attngate/values/device_stream.h"

namespace attngate {
namespace {

/// A path's call on some inputs as a graph.
struct CapturedPath {
  std::function<void()> replay;
  /// Memory of the graph: each replay fills it.
  PathOutput output;
};

CapturedPath capture(const AttentionPath& path, const CaseInputs& inputs) {
  PathOutput output;
  const std::function<void()> call = [&] { output = path.run(inputs); };
  if (const std::string reason = reason_against_capture(call, inputs.device()); !reason.empty()) {
    throw NotCapturable(
        fmt::format("{} cannot be captured as a CUDA graph: {}; take {} itself, or let its graphed form promise so",
                    path.name, reason, path.name));
  }
  std::function<void()> replay = capture_on_cuda(path.name, call, inputs.device());
  return {std::move(replay), std::move(output)};
}

/// A replay that does nothing must not leave what a call before it wrote there.
void poison(const at::Tensor& tensor) {
  if (tensor.defined()) tensor.fill_(std::numeric_limits<double>::quiet_NaN());
}

at::Tensor copy_of(const at::Tensor& tensor) { return tensor.defined() ? tensor.clone() : at::Tensor(); }

PathOutput run_graphed(const AttentionPath& path, const CaseInputs& inputs) {
  const CapturedPath captured = capture(path, inputs);
  poison(captured.output.output);
  poison(captured.output.weights);
  captured.replay();
  PathOutput copies{copy_of(captured.output.output), copy_of(captured.output.weights)};
  synchronize(inputs.device());  // the graph ends with this function, and must not be running any more
  return copies;
}

PreparedCall prepare_graphed(const AttentionPath& path, const CaseInputs& inputs) {
  const auto captured = std::make_shared<const CapturedPath>(capture(path, inputs));
  return {[captured] {
            captured->replay();
            return captured->output;
          },
          /*graph_replayed=*/true};
}

/// Nothing that a dense path of LibTorch does stands in the way of a capture
/// (tests/torch/paths/graphed_paths_test.cpp).
Promise graphed_promise(const AttentionPath& path, const AttentionCase& attention_case, at::DeviceType device) {
  if (device != at::kCUDA) return Promise::inexpressible("the CPU has no CUDA graphs");
  return path.promise(attention_case, device);
}

}  // namespace

AttentionPath graphed(const AttentionPath& path) {
  const auto plain = std::make_shared<const AttentionPath>(path);
  AttentionPath graph = path;
  graph.name = "graphed_" + path.name;
  graph.family = "graphed_" + path.family;
  graph.summary = path.summary + ", replayed as a CUDA graph";
  graph.promise = [plain](const AttentionCase& attention_case, at::DeviceType device) {
    return graphed_promise(*plain, attention_case, device);
  };
  graph.run = [plain](const CaseInputs& inputs) { return run_graphed(*plain, inputs); };
  graph.prepare = [plain](const CaseInputs& inputs) { return prepare_graphed(*plain, inputs); };
  graph.only_by_name = true;
  return graph;
}

void add_graphed_paths(PathRegistry& registry) {
  // Not cuDNN, which plans each new shape for 60 to 150 ms.
  for (const char* name :
       {"nn_mha_fast_masked", "nn_mha_fast_dense.flash", "nn_mha_fast_dense.efficient", "nn_mha_fast_dense.math",
        "nn_mha_slow.flash", "nn_mha_slow.efficient", "nn_mha_slow.math", "composite_sdpa_dense.flash",
        "composite_sdpa_dense.efficient", "composite_sdpa_dense.math"}) {
    registry.add(graphed(*registry.find(name)));
  }
}

}  // namespace attngate

#include "attngate/timing/timed_attention.h"

#include <c10/core/InferenceMode.h>

#include <utility>

#include "attngate/paths/backend_observer.h"
#include "attngate/paths/sdp_backend_guard.h"
#include "attngate/values/device_stream.h"

namespace attngate {
namespace {

/// Why a path is not timed on a case; empty when it promises to run.
std::string reason_against(const Promise& promise) {
  switch (promise.kind) {
    case Promise::Kind::runs:
      return "";
    case Promise::Kind::refuses:
      return "it promises an error: " + promise.reason;
    case Promise::Kind::redundant:
      return "it would run what another path runs: " + promise.reason;
    case Promise::Kind::inexpressible:
      return "it cannot express the case: " + promise.reason;
    case Promise::Kind::defective:
      return "the case runs into a known issue: " + promise.reason;
  }
  return "it promises nothing that is known";
}

/// Under what every call of a path is made.
struct Setting {
  explicit Setting(SdpBackend held_to) : backend(held_to) {}
  const c10::InferenceMode no_autograd;
  const SdpBackendGuard backend;
};

/// The path's call on the inputs, which outlive it.
PreparedCall prepared(const AttentionPath& path, const CaseInputs& inputs) {
  if (path.prepare) return path.prepare(inputs);
  return {[run = path.run, &inputs] { return run(inputs); }};
}

/// The call, once it was made, and the kernels that were seen meanwhile: a graph shows them when it is captured only.
std::pair<PreparedCall, std::string> observed(const AttentionPath& path, const CaseInputs& inputs) {
  const QuietWarnings quiet;
  const BackendObserver observer;
  const Setting setting(path.backend);
  PreparedCall call = prepared(path, inputs);
  call.call();
  synchronize(inputs.device());
  return {std::move(call), observer.seen()};
}

TimedOperator timed(std::shared_ptr<const CaseInputs> inputs, const AttentionPath& path, PreparedCall prepared,
                    std::string backend) {
  const auto call = [inputs = std::move(inputs), held_to = path.backend, call = std::move(prepared.call)] {
    const Setting setting(held_to);
    call();
  };
  return {path.name, call, std::move(backend), prepared.graph_replayed};
}

}  // namespace

TimedOperator timed_attention(std::shared_ptr<const CaseInputs> inputs, const AttentionPath& path,
                              const std::string& backend) {
  if (path.prepare) return timed_attention(std::move(inputs), path);
  PreparedCall call = prepared(path, *inputs);
  return timed(std::move(inputs), path, std::move(call), backend);
}

TimedOperator timed_attention(std::shared_ptr<const CaseInputs> inputs, const AttentionPath& path) {
  const Promise promise = path.promise(inputs->attention_case(), inputs->device().type());
  if (const std::string reason = reason_against(promise); !reason.empty()) {
    throw NotTimeable(path.name + " is not timed: " + reason);
  }
  auto [prepared_call, backend] = observed(path, *inputs);
  if (!promise.backend.empty() && backend != promise.backend) {
    throw NotTimeable(path.name + " is not timed: it claims backend " + promise.backend + ", but " + backend +
                      " was seen to run");
  }
  return timed(std::move(inputs), path, std::move(prepared_call), std::move(backend));
}

}  // namespace attngate

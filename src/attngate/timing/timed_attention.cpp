#include "attngate/timing/timed_attention.h"

#include <c10/core/InferenceMode.h>

#include "attngate/paths/backend_observer.h"
#include "attngate/paths/sdp_backend_guard.h"
#include "attngate/values/device_stream.h"

namespace attngate {
namespace {

/// Why a path is not timed on a case; empty when it promises to run.
std::string reason_against(const Promise& promise) {
  switch (promise.kind) {
    case Promise::Kind::runs: return "";
    case Promise::Kind::refuses: return "it promises an error: " + promise.reason;
    case Promise::Kind::redundant: return "it would run what another path runs: " + promise.reason;
    case Promise::Kind::inexpressible: return "it cannot express the case: " + promise.reason;
    case Promise::Kind::defective: return "the case runs into a known issue: " + promise.reason;
  }
  return "it promises nothing that is known";
}

void run_once(const AttentionPath& path, const CaseInputs& inputs) {
  const c10::InferenceMode no_autograd;
  const SdpBackendGuard backend(path.backend);
  path.run(inputs);
}

std::string backend_of(const AttentionPath& path, const CaseInputs& inputs) {
  const QuietWarnings quiet;
  const BackendObserver observer;
  run_once(path, inputs);
  synchronize(inputs.device());
  return observer.seen();
}

}  // namespace

TimedOperator timed_attention(std::shared_ptr<const CaseInputs> inputs, const AttentionPath& path) {
  const Promise promise = path.promise(inputs->attention_case(), inputs->device().type());
  if (const std::string reason = reason_against(promise); !reason.empty()) {
    throw NotTimeable(path.name + " is not timed: " + reason);
  }
  const std::string backend = backend_of(path, *inputs);
  if (!promise.backend.empty() && backend != promise.backend) {
    throw NotTimeable(path.name + " is not timed: it claims backend " + promise.backend + ", but " + backend +
                      " was seen to run");
  }
  return {path.name, [inputs = std::move(inputs), path] { run_once(path, *inputs); }, backend};
}

}  // namespace attngate

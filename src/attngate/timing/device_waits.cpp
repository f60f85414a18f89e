#include "attngate/timing/device_waits.h"

#include <memory>
#include <stdexcept>
#include <utility>

#include "attngate/paths/host_traffic.h"

namespace attngate {
namespace {

struct Reactions {
  std::function<void()> before, after;
  /// Waits within a wait: a copy that converts makes a copy.
  int depth = 0;
};

/// Those of the DeviceWaits that lives in this thread; the dispatcher has no other way to reach them.
thread_local std::unique_ptr<Reactions> reactions;

/// That an operator which waits has begun; the dispatcher gives it back when the operator ends.
struct Waiting : at::ObserverContext {};

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
  if (!reactions || !(copies_across_and_blocks(function) || reads_value_of_gpu(function))) return nullptr;
  if (reactions->depth++ == 0) reactions->before();
  return std::make_unique<Waiting>();
}

void end(const at::RecordFunction&, at::ObserverContext* context) {
  if (context == nullptr || !reactions) return;
  if (--reactions->depth == 0) reactions->after();
}

}  // namespace

DeviceWaits::DeviceWaits(std::function<void()> before, std::function<void()> after) {
  if (reactions) throw std::logic_error("somebody watches this thread's waits already");
  reactions = std::make_unique<Reactions>(Reactions{std::move(before), std::move(after)});
  handle_ = at::addThreadLocalCallback(
      at::RecordFunctionCallback(begin, end).scopes({at::RecordScope::FUNCTION}).needsInputs(true));
}

DeviceWaits::~DeviceWaits() {
  at::removeCallback(handle_);
  reactions.reset();
}

}  // namespace attngate

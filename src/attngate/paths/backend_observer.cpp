#include "attngate/paths/backend_observer.h"

#include <ATen/record_function.h>

#include <cstring>

#include "attngate/base/joined.h"

namespace attngate {
namespace {

enum Kernel : unsigned { flash = 1, efficient = 2, cudnn = 4, math = 8, softmax = 16 };

/// Kernels that the observer of this thread has seen; the dispatcher's callback has no other way to reach it.
thread_local unsigned kernels_seen = 0;

bool starts_with(const char* text, const char* prefix) { return std::strncmp(text, prefix, std::strlen(prefix)) == 0; }

unsigned kernel_of(const char* op) {
  constexpr const char* fused_prefix = "aten::_scaled_dot_product_";
  if (starts_with(op, fused_prefix)) {
    const char* kind = op + std::strlen(fused_prefix);
    if (starts_with(kind, "flash")) return flash;  // also the CPU's "flash_attention_for_cpu"
    if (starts_with(kind, "efficient")) return efficient;
    if (starts_with(kind, "cudnn")) return cudnn;
    if (starts_with(kind, "attention_math")) return math;
    return 0;
  }
  if (starts_with(op, "aten::_softmax") || starts_with(op, "aten::_masked_softmax")) return softmax;
  return 0;
}

std::unique_ptr<at::ObserverContext> note_op(const at::RecordFunction& function) {
  const char* op = function.name();
  // Every op of interest begins with "aten::_": all others cost one comparison.
  if (std::strlen(op) > 6 && op[6] == '_') kernels_seen |= kernel_of(op);
  return nullptr;
}

}  // namespace

BackendObserver::BackendObserver() {
  kernels_seen = 0;
  handle_ = at::addThreadLocalCallback(at::RecordFunctionCallback(note_op).scopes({at::RecordScope::FUNCTION}));
}

BackendObserver::~BackendObserver() { at::removeCallback(handle_); }

std::string BackendObserver::seen() const {
  std::vector<std::string> names;
  if (kernels_seen & flash) names.push_back("flash");
  if (kernels_seen & efficient) names.push_back("efficient");
  if (kernels_seen & cudnn) names.push_back("cudnn");
  if (kernels_seen & math) names.push_back("math");
  // The math backend's own softmax is no kernel of its own.
  if ((kernels_seen & softmax) && !(kernels_seen & math)) names.push_back("unfused");
  return names.empty() ? "none" : joined(names, "+");
}

}  // namespace attngate

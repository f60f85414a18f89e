#include "attngate/workers/attention_worker.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <map>

#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/case/cost.h"
#include "attngate/case/text.h"
#include "attngate/isolation/messages.h"
#include "attngate/paths/sdp_backend_guard.h"
#include "attngate/run/case_checker.h"
#include "attngate/values/case_inputs.h"
#include "attngate/values/cuda_error.h"
#include "attngate/verdict/blame.h"
#include "attngate/verdict/path_disaster.h"
#include "attngate/workers/device.h"

namespace attngate {
namespace {

/// What lives in a worker: bound checks, which keep their buffers from case to case.
class AttentionWorker {
 public:
  AttentionWorker(const PathRegistry& registry, c10::Device device) : registry_(registry), device_(device) {}

  std::string answer(std::string_view bytes, const OnPath& on_path) {
    const CaseRequest request = decode<CaseRequest>(bytes);
    const AttentionCase attention_case = parse_line(request.line);
    limit_device_memory(device_, attention_case);
    if (request.kind == CaseRequest::Kind::hash_inputs) return encode(hash_of(attention_case));
    return encode(judge(check_for(request, on_path), attention_case));
  }

 private:
  const PropertyCheck& check_for(CaseRequest request, const OnPath& on_path) {
    request.line.clear();
    PropertyCheck& check = checks_[encode(request)];
    if (!check) {
      const Property* property = find_property(request.property);
      if (property == nullptr) throw std::logic_error("a worker was asked for the property '" + request.property + "'");
      check =
          with_disasters_as_verdicts(property->bind({device_, &registry_, request.only, request.quarantined, on_path}));
    }
    return check;
  }

  HashAnswer hash_of(const AttentionCase& attention_case) const {
    try {
      return {input_hash(attention_case, device_), ""};
    } catch (const std::exception& error) {
      return {0, first_line(error.what())};
    }
  }

  const PathRegistry& registry_;
  c10::Device device_;
  std::map<std::string, PropertyCheck> checks_;  ///< by request without its line
};

}  // namespace

WorkerPool make_worker_pool(const PathRegistry& registry, c10::Device device) {
  const auto worker = std::make_shared<AttentionWorker>(registry, device);
  WorkerPoolOptions options;
  // Kernels report their errors late, at the next call that looks; this way it is the call that launched them.
  if (device.is_cuda()) options.closer_environment["CUDA_LAUNCH_BLOCKING"] = "1";
  return WorkerPool(
      {[device] { ready_for_checks(device); },
       [worker](std::string_view request, const OnPath& on_path) { return worker->answer(request, on_path); }},
      std::move(options));
}

void ready_for_checks(c10::Device device) {
  use_strict_arithmetic();
  if (device.is_cuda()) {
    at::globalContext().lazyInitDevice(device.type());
  } else {
    at::set_num_threads(1);
  }
}

PropertyCheck with_disasters_as_verdicts(PropertyCheck check) {
  return [check = std::move(check)](const AttentionCase& attention_case) -> Verdict {
    const QuietWarnings quiet;  // LibTorch says once a process that nested tensors are a prototype
    try {
      return check(attention_case);
    } catch (const PathDisaster& lost) {
      return disaster(lost.path(), lost.status(), lost.error());
    } catch (const c10::AcceleratorError& error) {
      return disaster("", PathStatus::device_lost, first_line(error.what_without_backtrace()));
    } catch (const CudaError& error) {
      return disaster("", PathStatus::device_lost, error.what());
    }
  };
}

UsageError does_not_fit(const AttentionCase& attention_case, c10::Device device) {
  return UsageError(
      fmt::format("LINE: this case does not fit into the memory of {}: its reference alone takes {:.3g} GiB",
                  device.str(), cost_of(attention_case).bytes / (1 << 30)));
}

std::uint64_t input_hash(const AttentionCase& attention_case, c10::Device device) {
  const auto refuse = [&] { throw does_not_fit(attention_case, device); };
  try {
    return hash_of_inputs(CaseInputs(attention_case, device));
  } catch (const c10::OutOfMemoryError&) {
    refuse();
  } catch (const std::bad_alloc&) {
    refuse();
  } catch (const c10::Error& error) {
    // LibTorch's host allocator has no error type of its own.
    if (std::string(error.what_without_backtrace()).find("allocate memory") == std::string::npos) throw;
    refuse();
  }
  return 0;
}

}  // namespace attngate

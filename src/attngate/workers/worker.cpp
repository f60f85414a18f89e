#include "attngate/workers/worker.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>

#include <memory>
#include <stdexcept>

#include "attngate/base/printable.h"
#include "attngate/isolation/worker_request.h"
#include "attngate/paths/sdp_backend_guard.h"
#include "attngate/values/cuda_error.h"
#include "attngate/verdict/blame.h"
#include "attngate/verdict/path_disaster.h"
#include "attngate/workers/case_handler.h"
#include "attngate/workers/row_handler.h"
#include "attngate/workers/sample_handler.h"

namespace attngate {
namespace {

/// What lives in a worker process.
class Worker {
 public:
  Worker(const PathRegistry& registry, c10::Device device)
      : sampler_(device), cases_(registry, device), samples_(registry, sampler_), rows_(registry, sampler_) {}

  std::string answer(std::string_view bytes, const OnPath& on_path) {
    const WorkerRequest request = worker_request_from(bytes);
    switch (request.kind) {
      case RequestKind::check_case:
        return cases_.answer(request.message, on_path);
      case RequestKind::take_samples:
        return samples_.answer(request.message, on_path);
      case RequestKind::measure_row:
        return rows_.answer(request.message, on_path);
    }
    throw std::logic_error("a worker was asked for something that no worker does");
  }

 private:
  AwakeSampler sampler_;
  CaseHandler cases_;
  SampleHandler samples_;
  RowHandler rows_;
};

}  // namespace

WorkerBody worker_body(const PathRegistry& registry, c10::Device device) {
  const auto worker = std::make_shared<Worker>(registry, device);
  return {[device] { ready_for_checks(device); },
          [worker](std::string_view request, const OnPath& on_path) { return worker->answer(request, on_path); }};
}

WorkerPool make_worker_pool(const PathRegistry& registry, c10::Device device) {
  WorkerPoolOptions options;
  // Kernels report their errors late, at the next call that looks; this way it is the call that launched them.
  if (device.is_cuda()) options.closer_environment["CUDA_LAUNCH_BLOCKING"] = "1";
  return WorkerPool(worker_body(registry, device), std::move(options));
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

std::string error_of(const std::function<void()>& work) {
  const auto line = [](const std::string& text) {
    return text.empty() ? "an exception without a text" : first_line(text);
  };
  try {
    work();
    return "";
  } catch (const c10::Error& error) {
    return line(error.what_without_backtrace());
  } catch (const std::exception& error) {
    return line(error.what());
  }
}

}  // namespace attngate

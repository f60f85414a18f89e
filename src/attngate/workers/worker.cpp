#include "attngate/workers/worker.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "attngate/base/printable.h"
#include "attngate/isolation/worker_request.h"
#include "attngate/paths/sdp_backend_guard.h"
#include "attngate/timing/spin.h"
#include "attngate/values/cuda_error.h"
#include "attngate/values/device_stream.h"
#include "attngate/verdict/blame.h"
#include "attngate/verdict/path_disaster.h"
#include "attngate/workers/handlers.h"

namespace attngate {
namespace {

constexpr double wake_up_us = 100'000;

/// An idle GPU's clock is low (345 MHz on an H200) and takes some ten milliseconds to rise.
LateSampler late_sampler(c10::Device device) {
  return [device, sampler = std::make_shared<std::optional<Sampler>>()]() -> Sampler& {
    if (!*sampler) {
      sampler->emplace(device);
      if (device.is_cuda()) spin(device, wake_up_us);
    }
    return **sampler;
  };
}

}  // namespace

WorkerBody worker_body(const PathRegistry& registry, c10::Device device) {
  const LateSampler sampler = late_sampler(device);
  const std::map<RequestKind, RequestHandler> handlers = {
      {RequestKind::check_case, case_handler(registry, device)},
      {RequestKind::take_samples, sample_handler(registry, sampler)},
      {RequestKind::measure_row, row_handler(registry, sampler)},
  };
  return {[device] { ready_for_checks(device); },
          [handlers](std::string_view bytes, const OnPath& on_path) {
            const WorkerRequest request = worker_request_from(bytes);
            return handlers.at(request.kind)(request.message, on_path);
          }};
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

PropertyCheck with_disasters_as_verdicts(PropertyCheck check, c10::Device device) {
  return [check = std::move(check), device](const AttentionCase& attention_case) -> Verdict {
    const QuietWarnings quiet;  // LibTorch says once a process that nested tensors are a prototype
    try {
      return check(attention_case);
    } catch (const PathDisaster& lost) {
      return disaster(lost.path(), lost.status(), lost.error());
    } catch (const c10::AcceleratorError& error) {
      if (device_works(device)) throw;  // a refused launch is an error like others
      return disaster("", PathStatus::device_lost, first_line(error.what_without_backtrace()));
    } catch (const CudaError& error) {
      if (device_works(device)) throw;
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

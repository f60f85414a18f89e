#include "attngate/workers/worker_sample_source.h"

#include <fmt/format.h>

#include "attngate/isolation/worker_error.h"
#include "attngate/isolation/worker_request.h"
#include "attngate/workers/worker.h"

namespace attngate {
namespace {

/// Longest wait for one request. Inputs, warm-up (2 s an operator) and samples take less than 10 s; cuDNN's plans and a
/// first loading of kernels come on top.
constexpr double request_seconds = 60;
/// How long a worker may take to be ready: a hundred times what LibTorch and CUDA take on a quiet machine.
constexpr double start_seconds = 60;
/// What the host holds of a request: no operator takes host memory to speak of on a GPU, and on the CPU all of it.
constexpr std::uint64_t request_host_bytes = std::uint64_t{16} << 30;

void wait_until_ready(WorkerProcess& worker) {
  if (!worker.wait_until_ready(start_seconds))
    throw WorkerError(fmt::format("a worker was not ready in {:g} s", start_seconds));
}

}  // namespace

WorkerSampleSource::WorkerSampleSource(const PathRegistry& registry, c10::Device device)
    : body_(worker_body(registry, device)) {}
WorkerSampleSource::~WorkerSampleSource() = default;

std::unique_ptr<WorkerProcess> WorkerSampleSource::start_worker() const {
  return std::make_unique<WorkerProcess>(body_, WorkerStart{});
}

void WorkerSampleSource::expect_fresh_processes(std::size_t count) {
  finished_.clear();  // nobody measures now
  while (ready_.size() < count) ready_.push_back(start_worker());
  for (const auto& worker : ready_) wait_until_ready(*worker);
}

void WorkerSampleSource::take_fresh_worker() {
  if (worker_ && ready_.empty()) worker_.reset();  // nobody waits: its memory is better given back whole
  if (worker_) {
    SampleRequest release;
    release.release = true;
    if (ask_worker(release).has_samples()) finished_.push_back(std::move(worker_));
  }
  if (ready_.empty()) {
    finished_.clear();
    ready_.push_back(start_worker());
    wait_until_ready(*ready_.front());
  }
  worker_ = std::move(ready_.front());
  ready_.pop_front();
}

SampleAnswer WorkerSampleSource::ask_worker(const SampleRequest& request) {
  const WorkerReply reply =
      worker_->ask(to_bytes({RequestKind::take_samples, encode(request)}), {request_seconds, request_host_bytes});
  SampleAnswer answer;
  if (reply.kind == WorkerReply::Kind::answered) {
    answer = decode<SampleAnswer>(reply.answer);
  } else {
    answer.error = (reply.path.empty() ? "" : reply.path + ": ") + reply.detail;
  }
  if (!answer.error.empty()) worker_.reset();  // what an error leaves behind is not measured on
  return answer;
}

SampleAnswer WorkerSampleSource::sample(const SampleRequest& request, bool in_fresh_process) {
  if (in_fresh_process || !worker_) take_fresh_worker();
  return ask_worker(request);
}

DeviceKey WorkerSampleSource::device_key() {
  SampleRequest request;
  request.release = true;
  const SampleAnswer answer = sample(request, false);
  if (!answer.has_samples()) throw std::runtime_error("the device cannot be used: " + answer.error);
  return answer.samples.device;
}

}  // namespace attngate

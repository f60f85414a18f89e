#include "attngate/workers/sampling_worker.h"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <optional>

#include "attngate/base/printable.h"
#include "attngate/case/text.h"
#include "attngate/isolation/worker_error.h"
#include "attngate/timing/allocations.h"
#include "attngate/timing/ceilings.h"
#include "attngate/timing/graph_replay.h"
#include "attngate/timing/pair_sampling.h"
#include "attngate/timing/spin.h"
#include "attngate/timing/timed_attention.h"
#include "attngate/workers/attention_worker.h"
#include "attngate/workers/timed_sdpa.h"

namespace attngate {
namespace {

/// Longest wait for one request. Inputs, warm-up (2 s an operator) and samples take less than 10 s; cuDNN's plans and a
/// first loading of kernels come on top.
constexpr double request_seconds = 60;
/// How long a worker may take to be ready: a hundred times what LibTorch and CUDA take on a quiet machine.
constexpr double start_seconds = 60;
/// Throughput is that of calls in a row: five and more of an operator of 200 us, where one alone would be its
/// neighbours.
constexpr double least_throughput_us = 1000;
/// What the host holds of a request: no operator takes host memory to speak of on a GPU, and on the CPU all of it.
constexpr std::uint64_t request_host_bytes = std::uint64_t{16} << 30;

/// The path does not promise to run the case here: no fault of anybody's.
class NotPromised : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What lives in a worker: the sampler, the inputs of the last case, and the ceilings.
class SamplingWorker {
 public:
  SamplingWorker(const PathRegistry& registry, c10::Device device) : registry_(registry), device_(device) {}

  std::string answer(const std::string& text, const OnPath& on_path) {
    SampleAnswer answer;
    try {
      answer = measure(decode<SampleRequest>(text), on_path);
    } catch (const NotPromised& reason) {
      answer.skip_reason = reason.what();
    } catch (const c10::Error& error) {
      answer.error = first_line(error.what_without_backtrace());
    } catch (const std::exception& error) {
      answer.error = first_line(error.what());
    }
    return encode(answer);
  }

 private:
  SampleAnswer measure(const SampleRequest& request, const OnPath& on_path) {
    if (!sampler_) wake_up();
    SampleAnswer answer;
    if (request.release) {
      inputs_.reset();
      line_.clear();
    }
    release_cached_memory(device_);  // or operators would work in whatever memory the gates before have left
    if (request.release) {
      answer.samples.device = sampler_->facts().key();
      return answer;
    }
    if (request.ceilings) answer.ceilings = ceilings_for(parse_line(request.base.line).dtype);
    const TimedOperator base = make_operator(request.base, request.quantity, on_path);
    const TimedOperator candidate = make_operator(request.candidate, request.quantity, on_path);
    SamplingOptions options;
    options.quantity = request.quantity;
    options.seed = request.seed;
    options.most_pairs = request.most_pairs;
    options.budget_seconds = request.budget_seconds;
    if (request.quantity == Quantity::throughput) options.least_sample_us = least_throughput_us;
    answer.samples = sample_pairs(*sampler_, base, candidate, options);
    on_path("");
    return answer;
  }

  /// An idle GPU's clock is low (345 MHz on an H200) and takes some ten milliseconds to rise.
  void wake_up() {
    sampler_.emplace(device_);
    if (device_.is_cuda()) spin(device_, 100'000);
  }

  MeasuredCeilings ceilings_for(DType dtype) {
    if (!ceilings_) ceilings_ = measure_ceilings(device_);
    const ProductCeiling& product = dtype == DType::fp16   ? ceilings_->fp16
                                    : dtype == DType::bf16 ? ceilings_->bf16
                                                           : ceilings_->fp32;
    return {product.flops_per_second, ceilings_->copy_bytes_per_second};
  }

  /// GPU time is that of a CUDA graph where there can be one: a single launch, so that the host cannot be in the way.
  TimedOperator make_operator(const OperatorRequest& request, Quantity quantity, const OnPath& on_path) {
    on_path(request.name);
    TimedOperator timed = make_plain_operator(request);
    if (request.spin_us) timed = with_spin(std::move(timed), device_, *request.spin_us);
    if (quantity != Quantity::gpu_time || timed.graph_replayed) return timed;  // there is no graph of a graph
    GraphReplay graph = graph_replay(timed, device_);
    return graph.replayed ? std::move(*graph.replayed) : timed;
  }

  TimedOperator make_plain_operator(const OperatorRequest& request) {
    const std::shared_ptr<const CaseInputs> inputs = inputs_of(request.line);
    if (request.name.starts_with("sdpa.")) return timed_sdpa(*inputs, request.name.substr(5));
    const AttentionPath* path = registry_.find(request.name);
    if (path == nullptr) throw std::invalid_argument("there is no path " + request.name);
    const Promise promise = path->promise(inputs->attention_case(), device_.type());
    if (promise.kind != Promise::Kind::runs) {
      throw NotPromised(fmt::format("{} does not run this case on {}: {}", request.name, device_.str(),
                                    promise.reason.empty() ? promise.error : promise.reason));
    }
    return timed_attention(inputs, *path);
  }

  /// The same tensors for both operators of a request.
  std::shared_ptr<const CaseInputs> inputs_of(const std::string& line) {
    if (line != line_) {
      inputs_.reset();  // before the next ones are made: two cases at once may be too much for the device
      inputs_ = std::make_shared<const CaseInputs>(parse_line(line), device_);
      line_ = line;
    }
    return inputs_;
  }

  const PathRegistry& registry_;
  c10::Device device_;
  std::optional<Sampler> sampler_;
  std::optional<Ceilings> ceilings_;
  std::string line_;
  std::shared_ptr<const CaseInputs> inputs_;
};

WorkerBody sampling_body(const PathRegistry& registry, c10::Device device) {
  const auto worker = std::make_shared<SamplingWorker>(registry, device);
  return {[device] { ready_for_checks(device); },
          [worker](std::string_view request, const OnPath& on_path) {
            return worker->answer(std::string(request), on_path);
          }};
}

void wait_until_ready(WorkerProcess& worker) {
  if (!worker.wait_until_ready(start_seconds))
    throw WorkerError(fmt::format("a worker was not ready in {:g} s", start_seconds));
}

}  // namespace

WorkerSampleSource::WorkerSampleSource(const PathRegistry& registry, c10::Device device)
    : body_(sampling_body(registry, device)) {}
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
  const WorkerReply reply = worker_->ask(encode(request), {request_seconds, request_host_bytes});
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

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "attngate/case/text.h"
#include "attngate/gates/sample_request.h"
#include "attngate/timing/allocations.h"
#include "attngate/timing/ceilings.h"
#include "attngate/timing/graph_replay.h"
#include "attngate/timing/pair_sampling.h"
#include "attngate/timing/spin.h"
#include "attngate/timing/timed_attention.h"
#include "attngate/values/case_inputs.h"
#include "attngate/workers/handlers.h"
#include "attngate/workers/operator_choice.h"
#include "attngate/workers/timed_sdpa.h"
#include "attngate/workers/worker.h"

namespace attngate {
namespace {

/// Throughput is that of calls in a row: five and more of an operator of 200 us, where one alone would be its
/// neighbours.
constexpr double least_throughput_us = 1000;

/// The path does not promise to run the case here: no fault of anybody's.
class NotPromised : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What lives in a worker: the inputs of the last case, and the ceilings.
class SampleHandler {
 public:
  SampleHandler(const PathRegistry& registry, LateSampler sampler)
      : registry_(registry), sampler_(std::move(sampler)) {}

  std::string answer(std::string_view message, const OnPath& on_path) {
    SampleAnswer answer;
    answer.error = error_of([&] {
      try {
        answer = measure(decode<SampleRequest>(message), on_path);
      } catch (const NotPromised& reason) {
        answer.skip_reason = reason.what();
      }
    });
    return encode(answer);
  }

 private:
  SampleAnswer measure(const SampleRequest& request, const OnPath& on_path) {
    Sampler& sampler = sampler_();
    SampleAnswer answer;
    if (request.release) {
      inputs_.reset();
      line_.clear();
    }
    release_cached_memory(sampler.device());  // or operators would work in whatever memory the gates before have left
    if (request.release) {
      answer.samples.device = sampler.facts().key();
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
    answer.samples = sample_pairs(sampler, base, candidate, options);
    on_path("");
    return answer;
  }

  MeasuredCeilings ceilings_for(DType dtype) {
    if (!ceilings_) ceilings_ = measure_ceilings(sampler_().device());
    const ProductCeiling& product = dtype == DType::fp16   ? ceilings_->fp16
                                    : dtype == DType::bf16 ? ceilings_->bf16
                                                           : ceilings_->fp32;
    return {product.flops_per_second, ceilings_->copy_bytes_per_second};
  }

  /// GPU time is that of a CUDA graph where there can be one: a single launch, so that the host cannot be in the way.
  TimedOperator make_operator(const OperatorRequest& request, Quantity quantity, const OnPath& on_path) {
    on_path(request.name);
    TimedOperator timed = make_plain_operator(request);
    if (request.spin_us) timed = with_spin(std::move(timed), sampler_().device(), *request.spin_us);
    if (quantity != Quantity::gpu_time || timed.graph_replayed) return timed;  // there is no graph of a graph
    GraphReplay graph = graph_replay(timed, sampler_().device());
    return graph.replayed ? std::move(*graph.replayed) : timed;
  }

  TimedOperator make_plain_operator(const OperatorRequest& request) {
    const std::shared_ptr<const CaseInputs> inputs = inputs_of(request.line);
    if (request.name.starts_with("sdpa.")) return timed_sdpa(*inputs, request.name.substr(5));
    const AttentionPath* path = registry_.find(request.name);
    if (path == nullptr) throw std::invalid_argument("there is no path " + request.name);
    const Promise promise = path->promise(inputs->attention_case(), inputs->device().type());
    if (promise.kind != Promise::Kind::runs) {
      throw NotPromised(
          fmt::format("{} does not run this case on {}: {}", request.name, inputs->device().str(), reason_of(promise)));
    }
    return timed_attention(inputs, *path);
  }

  /// The same tensors for both operators of a request.
  std::shared_ptr<const CaseInputs> inputs_of(const std::string& line) {
    if (line != line_) {
      inputs_.reset();  // before the next ones are made: two cases at once may be too much for the device
      inputs_ = std::make_shared<const CaseInputs>(parse_line(line), sampler_().device());
      line_ = line;
    }
    return inputs_;
  }

  const PathRegistry& registry_;
  LateSampler sampler_;
  std::optional<Ceilings> ceilings_;
  std::string line_;
  std::shared_ptr<const CaseInputs> inputs_;
};

}  // namespace

RequestHandler sample_handler(const PathRegistry& registry, LateSampler sampler) {
  const auto handler = std::make_shared<SampleHandler>(registry, std::move(sampler));
  return [handler](std::string_view message, const OnPath& on_path) { return handler->answer(message, on_path); };
}

}  // namespace attngate

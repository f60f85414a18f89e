#include "attngate/workers/sweep_worker.h"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <optional>
#include <utility>

#include "attngate/base/elapsed.h"
#include "attngate/base/printable.h"
#include "attngate/base/wire.h"
#include "attngate/case/text.h"
#include "attngate/isolation/host_memory.h"
#include "attngate/isolation/worker_checker.h"
#include "attngate/paths/sdp_backend_guard.h"
#include "attngate/timing/spin.h"
#include "attngate/timing/timed_attention.h"
#include "attngate/workers/attention_worker.h"
#include "attngate/workers/row_check.h"
#include "attngate/workers/row_sampling.h"

namespace attngate {
namespace {

/// Longest wait for one row. A GPU's takes some 30 ms, and its first one loads CUDA, kernels and plans. Two CPU cores
/// need some minutes for the largest rows of the grids.
constexpr double gpu_row_seconds = 60;
constexpr double cpu_row_seconds = 1200;
/// An idle GPU's clock is low and takes some ten milliseconds to rise.
constexpr double wake_up_us = 100'000;

/// What lives in a worker.
class SweepWorker {
 public:
  SweepWorker(const PathRegistry& registry, c10::Device device) : registry_(registry), device_(device) {}

  std::string answer(std::string_view bytes, const OnPath& on_path) {
    const SweepRequest request = decode<SweepRequest>(bytes);
    SweepAnswer answer;
    answer.operators.resize(request.operators.size());
    try {
      measure(request, answer, on_path);
    } catch (const c10::Error& error) {
      spoil(answer, error.what_without_backtrace());
    } catch (const std::exception& error) {
      spoil(answer, error.what());
    }
    return encode(answer);
  }

 private:
  void spoil(SweepAnswer& answer, const std::string& text) const {
    answer.problem = (running_.empty() ? "" : running_ + ": ") + first_line(text);
    answer.spoilt = true;
  }

  void measure(const SweepRequest& request, SweepAnswer& answer, const OnPath& on_path) {
    const QuietWarnings quiet;
    announce_ = on_path;
    if (!sampler_) wake_up();
    Elapsed elapsed;
    const std::vector<RowOperator> operators = operators_of(request, answer);
    answer.seconds.prepare = 1e-6 * elapsed.lap_us();
    check_->check(operators, request, answer);
    answer.seconds.check = 1e-6 * elapsed.lap_us();
    std::vector<std::optional<TimedOperator>> timed(request.operators.size());
    for (const RowOperator& one : operators) {
      if (answer.operators[one.index].kind != OperatorAnswer::Kind::timed) continue;
      running_ = one.path.name;
      on_path(running_);
      timed[one.index] = timed_attention(one.inputs, one.path, answer.operators[one.index].backend);
    }
    running_.clear();
    sample_row(*sampler_, announced(timed), request, answer);
    answer.seconds.sample = 1e-6 * elapsed.lap_us();
    on_path("");
  }

  void wake_up() {
    sampler_.emplace(device_);
    check_.emplace(device_, [this](const std::string& path) {
      running_ = path;
      announce_(path);
    });
    if (device_.is_cuda()) spin(device_, wake_up_us);
  }

  /// The operators that take part; those that do not are skipped in the answer. Inputs are made once, and once more
  /// with need_weights.
  std::vector<RowOperator> operators_of(const SweepRequest& request, SweepAnswer& answer) const {
    AttentionCase attention_case = parse_line(request.line);
    std::shared_ptr<const CaseInputs> inputs[2];
    std::vector<RowOperator> operators;
    for (std::size_t index = 0; index < request.operators.size(); ++index) {
      const SweepOperator& wanted = request.operators[index];
      attention_case.need_weights = wanted.need_weights;
      OperatorChoice choice = choose_operator(registry_, wanted, attention_case, device_.type());
      if (!choice.path) {
        answer.operators[index].kind = OperatorAnswer::Kind::skipped;
        answer.operators[index].reason = choice.skip_reason;
        continue;
      }
      auto& shared = inputs[wanted.need_weights ? 1 : 0];
      if (!shared) shared = std::make_shared<const CaseInputs>(attention_case, device_);
      operators.push_back({index, wanted.label, std::move(*choice.path), shared});
    }
    return operators;
  }

  /// The name of each path is written down just before it runs, so that a death can be laid at the right door.
  std::vector<std::optional<TimedOperator>> announced(std::vector<std::optional<TimedOperator>> timed) {
    for (auto& one : timed) {
      if (!one) continue;
      one->call = [this, name = one->name, call = std::move(one->call)] {
        if (running_ != name) {
          running_ = name;
          announce_(name);
        }
        call();
      };
    }
    return timed;
  }

  const PathRegistry& registry_;
  c10::Device device_;
  std::optional<Sampler> sampler_;
  std::optional<RowCheck> check_;
  OnPath announce_;
  std::string running_;  ///< the path that runs; empty for none
};

WorkerBody sweep_body(const PathRegistry& registry, c10::Device device) {
  const auto worker = std::make_shared<SweepWorker>(registry, device);
  return {[device] { ready_for_checks(device); },
          [worker](std::string_view request, const OnPath& on_path) { return worker->answer(request, on_path); }};
}

/// The worker ended in mid-row: what is left is the name of the path that ran.
SweepAnswer death_of(const std::string& path, const std::string& detail) {
  SweepAnswer answer;
  answer.problem = (path.empty() ? "the worker " : path + ": ") + detail;
  return answer;
}

}  // namespace

WorkerSweepSource::WorkerSweepSource(const PathRegistry& registry, c10::Device device,
                                     std::optional<double> row_seconds)
    : row_seconds_(row_seconds.value_or(device.is_cuda() ? gpu_row_seconds : cpu_row_seconds)),
      pool_(sweep_body(registry, device)),
      available_bytes_(available_host_bytes()) {}

SweepAnswer WorkerSweepSource::measure(const SweepRequest& request) {
  const RequestLimits limits{row_seconds_, host_bytes_allowed(parse_line(request.line), available_bytes_)};
  const WorkerReply reply = pool_.ask(encode(request), limits, row_seconds_);
  if (reply.kind != WorkerReply::Kind::answered) return death_of(reply.path, reply.detail);
  try {
    SweepAnswer answer = decode<SweepAnswer>(reply.answer);
    if (answer.spoilt) pool_.discard_worker();
    return answer;
  } catch (const WireError& error) {
    pool_.discard_worker();  // who sends this has overwritten its own memory
    return death_of(reply.path, std::string("sent an answer that makes no sense: ") + error.what());
  }
}

}  // namespace attngate

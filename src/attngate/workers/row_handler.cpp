#include <memory>
#include <optional>
#include <utility>

#include "attngate/base/elapsed.h"
#include "attngate/case/text.h"
#include "attngate/paths/sdp_backend_guard.h"
#include "attngate/timing/timed_attention.h"
#include "attngate/workers/handlers.h"
#include "attngate/workers/operator_choice.h"
#include "attngate/workers/row_check.h"
#include "attngate/workers/row_sampling.h"
#include "attngate/workers/worker.h"

namespace attngate {
namespace {

/// What lives in a worker.
class RowHandler {
 public:
  RowHandler(const PathRegistry& registry, LateSampler sampler) : registry_(registry), sampler_(std::move(sampler)) {}

  std::string answer(std::string_view message, const OnPath& on_path) {
    const SweepRequest request = decode<SweepRequest>(message);
    SweepAnswer answer;
    answer.operators.resize(request.operators.size());
    const std::string error = error_of([&] { measure(request, answer, on_path); });
    if (!error.empty()) {
      answer.problem = (running_.empty() ? "" : running_ + ": ") + error;
      answer.spoilt = true;
    }
    return encode(answer);
  }

 private:
  void measure(const SweepRequest& request, SweepAnswer& answer, const OnPath& on_path) {
    const QuietWarnings quiet;
    announce_ = on_path;
    running_.clear();
    Sampler& sampler = sampler_();
    if (!check_) {
      check_.emplace(sampler.device(), [this](const std::string& path) {
        running_ = path;
        announce_(path);
      });
    }
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
    sample_row(sampler, announced(std::move(timed)), request, answer);
    answer.seconds.sample = 1e-6 * elapsed.lap_us();
    on_path("");
  }

  std::vector<RowOperator> operators_of(const SweepRequest& request, SweepAnswer& answer) {
    AttentionCase attention_case = parse_line(request.line);
    std::shared_ptr<const CaseInputs> inputs[2];
    std::vector<RowOperator> operators;
    for (std::size_t index = 0; index < request.operators.size(); ++index) {
      const SweepOperator& wanted = request.operators[index];
      attention_case.need_weights = wanted.need_weights;
      OperatorChoice choice = choose_operator(registry_, wanted, attention_case, sampler_().device().type());
      if (!choice.path) {
        answer.operators[index].kind = OperatorAnswer::Kind::skipped;
        answer.operators[index].reason = choice.skip_reason;
        continue;
      }
      auto& shared = inputs[wanted.need_weights ? 1 : 0];
      if (!shared) shared = std::make_shared<const CaseInputs>(attention_case, sampler_().device());
      operators.push_back({index, wanted.label, std::move(*choice.path), shared});
    }
    return operators;
  }

  // The name of each path is written down just before it runs, so that a death can be laid at the right door.
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
  LateSampler sampler_;
  std::optional<RowCheck> check_;
  OnPath announce_;
  std::string running_;  ///< the path that runs; empty for none
};

}  // namespace

RequestHandler row_handler(const PathRegistry& registry, LateSampler sampler) {
  const auto handler = std::make_shared<RowHandler>(registry, std::move(sampler));
  return [handler](std::string_view message, const OnPath& on_path) { return handler->answer(message, on_path); };
}

}  // namespace attngate

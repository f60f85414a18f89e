#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "attngate/gates/sample_request.h"
#include "attngate/paths/attention_path.h"
#include "attngate/timing/ceilings.h"
#include "attngate/values/case_inputs.h"
#include "attngate/verdict/on_path.h"
#include "attngate/workers/awake_sampler.h"

namespace attngate {

/// Answers SampleRequests in a worker: times two operators in pairs.
class SampleHandler {
 public:
  SampleHandler(const PathRegistry& registry, AwakeSampler& sampler) : registry_(registry), sampler_(sampler) {}

  /// A SampleAnswer, which says what went wrong.
  std::string answer(std::string_view message, const OnPath& on_path);

 private:
  SampleAnswer measure(const SampleRequest& request, const OnPath& on_path);
  MeasuredCeilings ceilings_for(DType dtype);
  TimedOperator make_operator(const OperatorRequest& request, Quantity quantity, const OnPath& on_path);
  TimedOperator make_plain_operator(const OperatorRequest& request);
  std::shared_ptr<const CaseInputs> inputs_of(const std::string& line);

  const PathRegistry& registry_;
  AwakeSampler& sampler_;
  std::optional<Ceilings> ceilings_;
  /// Of the last case.
  std::string line_;
  std::shared_ptr<const CaseInputs> inputs_;
};

}  // namespace attngate

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "attngate/paths/attention_path.h"
#include "attngate/sweep/sweep_request.h"
#include "attngate/verdict/on_path.h"
#include "attngate/workers/awake_sampler.h"
#include "attngate/workers/row_check.h"

namespace attngate {

/// Answers SweepRequests in a worker: checks and times the operators of a row.
class RowHandler {
 public:
  RowHandler(const PathRegistry& registry, AwakeSampler& sampler) : registry_(registry), sampler_(sampler) {}

  /// A SweepAnswer, which says what went wrong.
  std::string answer(std::string_view message, const OnPath& on_path);

 private:
  void measure(const SweepRequest& request, SweepAnswer& answer, const OnPath& on_path);
  std::vector<RowOperator> operators_of(const SweepRequest& request, SweepAnswer& answer) const;
  std::vector<std::optional<TimedOperator>> announced(std::vector<std::optional<TimedOperator>> timed);

  const PathRegistry& registry_;
  AwakeSampler& sampler_;
  std::optional<RowCheck> check_;
  OnPath announce_;
  std::string running_;  ///< the path that runs; empty for none
};

}  // namespace attngate

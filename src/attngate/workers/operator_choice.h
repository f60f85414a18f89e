#pragma once

#include <optional>
#include <string>

#include "attngate/paths/attention_path.h"
#include "attngate/sweep/sweep_request.h"

namespace attngate {

/// The path that an operator of a sweep stands for on a case, or why there is none.
struct OperatorChoice {
  std::optional<AttentionPath> path;
  /// In one line; empty where there is a path.
  std::string skip_reason;
};

/// Why a promise is not to run, in one line.
std::string reason_of(const Promise& promise);

/// Finds the operator's path and asks what it promises for the case, whose need_weights is the operator's.
///
/// A family becomes one path under the family's name: it runs what the first of its paths runs that promises to run (or
/// to run what another one runs) and whose backend is switched on, and leaves the choice among the switched-on backends
/// to LibTorch.
OperatorChoice choose_operator(const PathRegistry& registry, const SweepOperator& wanted,
                               const AttentionCase& attention_case, at::DeviceType device);

}  // namespace attngate

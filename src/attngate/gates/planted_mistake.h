#pragma once

#include <string>

#include "attngate/gates/gate.h"
#include "attngate/gates/sample_request.h"

namespace attngate {

/// A mistake made on purpose in a gate's candidate, for the gate to find.
enum class PlantedMistake {
  none,
  math_backend,  ///< SDPA is held to the math backend
  padding,       ///< padded input in place of nested
  upcast         ///< computes in fp32
};

/// "math", "padding", "upcast", or "none".
std::string to_string(PlantedMistake mistake);
/// Throws UsageError naming what there is.
PlantedMistake parse_planted_mistake(const std::string& name);

/// Makes the mistake in what the gate asks of its candidate; false where there is nothing to get wrong.
bool make_mistake(OperatorRequest& candidate, const Gate& gate, PlantedMistake mistake);

}  // namespace attngate

#pragma once

#include "attngate/decision/decision.h"
#include "attngate/gates/gate.h"
#include "attngate/gates/sample_request.h"

namespace attngate {

/// Whether a process has one value for the gate, and no pairs: a share of a peak, or bytes.
bool has_one_value(const Gate& gate);

/// Which samples of the gate's quantity say something.
ReadingRule rule_of_quantity(const Gate& gate);

/// The same with the spread at which the slowdown that a self gate must find is still found.
ReadingRule rule_for(const Gate& gate, const Policy& policy, const Bound& bound);

/// The policy that the gate is decided by: `policy` for as many pairs as the screen took, or that of single values.
Policy policy_for(const Gate& gate, Policy policy, const SampleAnswer& screen);

}  // namespace attngate

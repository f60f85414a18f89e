#include "attngate/gates/gate_rules.h"

#include <cmath>

#include "attngate/decision/power.h"

namespace attngate {
namespace {

/// Share of the host's processors that others may take while throughput is measured. Chosen: 1.6 of 16 processors, 3
/// of 32. With four property tests beside them on a host of 32, on another GPU, 3 of 38 path gates failed falsely
/// (H100, docs/gates.md).
constexpr double most_others_cpu_share = 0.1;

/// Spread of processes that a self gate is planned for: above the bands measured for 200 us operators, 0.08 to 0.18 %
/// on an H100 and an H200 (docs/gates.md). The cap on the pairs' spread is 1.4 % then, and such pairs spread by 0.4
/// to 1.06 %.
constexpr double planned_process_spread = 0.0025;
/// With which a slowdown that must fail fails.
constexpr double wanted_power = 0.99;

}  // namespace

bool has_one_value(const Gate& gate) { return gate.kind == GateKind::roofline || gate.kind == GateKind::memory; }

/// Throughput is the slower of host and device, whichever that is: its users wait for both, and a busy host slows it.
ReadingRule rule_of_quantity(const Gate& gate) {
  ReadingRule rule;
  if (gate.quantity == Quantity::gpu_time) return rule;
  rule.host_bound_expected = true;
  rule.max_others_cpu_share = most_others_cpu_share;
  return rule;
}

ReadingRule rule_for(const Gate& gate, const Policy& policy, const Bound& bound) {
  ReadingRule rule = rule_of_quantity(gate);
  if (gate.kind == GateKind::self) {
    const double bound_slowdown = bound.value - 1, must_be_found = 2 * bound_slowdown;
    rule.max_spread = spread_cap(policy, std::log1p(must_be_found) - std::log1p(bound_slowdown), planned_process_spread,
                                 wanted_power);
  }
  return rule;
}

Policy policy_for(const Gate& gate, Policy policy, const SampleAnswer& screen) {
  if (has_one_value(gate)) return single_value_policy();
  policy.screen_pairs = screen.samples.pairs.size();
  return policy;
}

}  // namespace attngate

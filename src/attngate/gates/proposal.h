#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "attngate/decision/bound.h"
#include "attngate/decision/policy.h"

namespace attngate {

/// Fewest processes that a bound is proposed from. 19: the rule of two fresh runs (baseline.h) then keeps to the
/// confirmation's alpha, 2 / (20 * 21) = 0.0048.
inline constexpr std::size_t least_calibration_processes = 19;

/// A bound that healthy processes keep, and how sure that is.
struct Proposal {
  Bound bound;
  std::size_t processes = 0;
  /// The worst process's ratio, before it was rounded outward.
  double worst = 0;
  double median = 0;
  /// P(a fresh process is beyond the bound), exactly 1 / (M + 1) over the calibration's own chance.
  double one_process_alarm = 0;
  /// With 95 % confidence at least this share of fresh processes keeps the bound: 0.05^(1 / M).
  double kept_share = 0;
  /// P(the policy fails a healthy gate), over the calibration's own chance as well.
  double policy_alarm = 0;
  /// One line for the `source` of the bound.
  std::string text;
};

/// Proposes the worst of M processes, rounded outward to three significant digits, as the bound.
///
/// `ratios` are the processes' medians as people say them: candidate / base, base / candidate for a required
/// speed-up, a share for a floor. If fresh processes are like them, the probability p that one is beyond the worst of
/// M has the distribution Beta(1, M); the screen's process is beyond it with p, and at least c of k fresh ones by a
/// binomial tail:
///
///     policy_alarm = sum over j = c..k of C(k, j) M B(j + 2, k - j + M)
///
/// Source: David, Nagaraja, "Order Statistics", 3rd edition, section 7.2 (tolerance intervals). Throws
/// std::invalid_argument for fewer than least_calibration_processes, or a number that is not finite and above 0.
Proposal propose_bound(BoundKind kind, const Policy& policy, std::span<const double> ratios);

}  // namespace attngate

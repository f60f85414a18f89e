#pragma once

#include <string>
#include <vector>

#include "attngate/decision/bound.h"
#include "attngate/decision/policy.h"

namespace attngate {

/// A normal model of log ratios, for power only; the tests themselves assume none.
struct NoiseModel {
  /// Standard deviation of a pair about its process's median, in log units (0.005 is 0.5 %).
  double pair_spread = 0;
  /// Standard deviation of the processes' medians, in log units.
  double process_spread = 0;
};

/// The probability that the screen flags a true excess (bound.h, log units) over the bound.
///
/// E[P(X >= c)], X from Binomial(n, Phi((excess + b) / pair_spread)), over b from N(0, process_spread^2), by the
/// trapezoidal rule over 8 standard deviations each way, which is exact to many digits for a bell that ends there.
/// Throws std::invalid_argument for a spread below 0 or not finite.
double screen_power(const Policy& policy, double true_excess, const NoiseModel& noise);

/// The probability that the confirmation fails it: the same per process with more than half of its pairs for c, then
/// the sign test over the processes. Throws as screen_power does.
double confirm_power(const Policy& policy, double true_excess, const NoiseModel& noise);

/// The probability that a gate fails: both stages, whose processes are different ones. Throws as screen_power does.
double decision_power(const Policy& policy, double true_excess, const NoiseModel& noise);

/// The largest pair spread at which a gate with this true excess still fails with that probability, process_spread
/// given; 0 where even quiet pairs do not. Throws std::invalid_argument for a power outside (0, 1).
double spread_cap(const Policy& policy, double true_excess, double process_spread, double power);

/// A slowdown of the candidate against the base, and how it ends.
struct PowerRow {
  /// 0.02 is 2 %.
  double slowdown = 0;
  double screen = 0;
  double confirm = 0;
  double decision = 0;
};

/// The power for each slowdown of a candidate that stands at `log_ratio` = ln(candidate / base) without one: 0 for
/// equal times; a slowdown adds to a ratio of times and takes from one of rates (a floor).
std::vector<PowerRow> power_table(const Policy& policy, const Bound& bound, double log_ratio,
                                  const std::vector<double>& slowdowns, const NoiseModel& noise);

/// The table as text, a line each.
std::string power_table_text(const std::vector<PowerRow>& rows);

}  // namespace attngate

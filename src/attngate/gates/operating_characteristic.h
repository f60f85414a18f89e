#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "attngate/gates/binomial.h"
#include "attngate/gates/bound.h"
#include "attngate/gates/policy.h"

namespace attngate {

/// ln(candidate / base) of the valid pairs of real processes, one vector each.
using ProcessRatios = std::vector<std::vector<double>>;

/// How many of a number of decisions went which way.
struct Tally {
  std::size_t decisions = 0;
  /// The screen flagged: what a rule of one process would have failed.
  std::size_t flagged = 0;
  /// Both stages failed.
  std::size_t failed = 0;

  double failure_rate() const {
    return decisions == 0 ? 0 : static_cast<double>(failed) / static_cast<double>(decisions);
  }
  /// Clopper-Pearson at 95 %: of chance in the drawing alone. It does not know how well the processes that were
  /// measured stand for those that were not; their number says that.
  ProportionInterval failure_interval() const { return clopper_pearson(failed, decisions, 0.95); }
};

/// Makes decisions from real samples: for each, one process drawn for the screen and policy.processes others for the
/// confirmation, none twice, with pairs drawn from each with replacement.
///
/// The same seed gives the same tally on every machine. Throws std::invalid_argument, naming what is needed, with
/// fewer than policy.processes + 1 processes, for one without pairs, or for a ratio that is not finite.
Tally resample_decisions(const Bound& bound, const Policy& policy, const ProcessRatios& processes,
                         std::size_t decisions, std::uint64_t seed);

/// One point of the curve of detection against slowdown.
struct DetectionPoint {
  /// Achieved, not nominal: the median over the arm's processes; 0.02 is 2 %.
  double slowdown = 0;
  Tally tally;
};

/// The points as a table of text.
std::string detection_table_text(const std::vector<DetectionPoint>& points);

}  // namespace attngate

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "attngate/base/fields.h"
#include "attngate/decision/binomial.h"
#include "attngate/decision/bound.h"
#include "attngate/decision/policy.h"

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

constexpr auto describe(const Tally*) {
  return fields(field("decisions", &Tally::decisions), field("flagged", &Tally::flagged),
                field("failed", &Tally::failed));
}

/// Makes decisions from real samples: for each, one process drawn for the screen and policy.processes others for the
/// confirmation, none twice, with pairs drawn from each with replacement.
///
/// The same seed gives the same tally on every machine. Throws std::invalid_argument, naming what is needed, with
/// fewer than policy.processes + 1 processes, for one without pairs, or for a ratio that is not finite.
Tally resample_decisions(const Bound& bound, const Policy& policy, const ProcessRatios& processes,
                         std::size_t decisions, std::uint64_t seed);

/// What processes that voted against a bound say about all others like them.
struct ProcessVotes {
  std::size_t processes = 0;
  /// Those with more than half of their first policy.pairs_per_process pairs beyond the bound.
  std::size_t beyond = 0;
  /// Upper end of the one-sided Clopper-Pearson interval of that share, at 95 %.
  double share_limit = 1;
  /// With 95 % confidence no gate like these fails more often: a gate that fails was confirmed, and the confirmation
  /// fails with the binomial tail of share_limit. Unlike a tally's interval, this one knows how few processes there
  /// are.
  double failure_limit = 1;
};

constexpr auto describe(const ProcessVotes*) {
  return fields(keyless(&ProcessVotes::processes), field("processes_beyond", &ProcessVotes::beyond),
                keyless(&ProcessVotes::share_limit), field("failure_limit", &ProcessVotes::failure_limit));
}

/// Counts the votes; the only assumption is that fresh processes are independent and like these.
///
/// Throws std::invalid_argument for a process with fewer than policy.pairs_per_process pairs, or as resample_decisions
/// does; any number of processes will do.
ProcessVotes count_votes(const Bound& bound, const Policy& policy, const ProcessRatios& processes);

/// One point of the curve of detection against slowdown.
struct DetectionPoint {
  /// Achieved, not nominal: the median over the arm's processes; 0.02 is 2 %.
  double slowdown = 0;
  Tally tally;
};

/// The points as a table of text.
std::string detection_table_text(const std::vector<DetectionPoint>& points);

}  // namespace attngate

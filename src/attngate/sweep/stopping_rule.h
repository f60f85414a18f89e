#pragma once

#include <cstdint>
#include <span>

#include "attngate/gates/order_statistics.h"

namespace attngate {

/// When a row of a sweep has been sampled enough.
struct StoppingRule {
  /// Enough when the 95 % interval of the median ratio is at most that wide: 0.01 is 1 % from its lower to its upper end.
  double width = 0.01;
  /// No stop before so many rounds. 6: from here on the range of all values is an interval with 95 % (96.9 %).
  std::uint64_t least_rounds = 6;
  /// No more than so many, whatever the interval: as many as the seed program's iterations.
  std::uint64_t most_rounds = 101;
  /// No more rounds once the row has been sampled for so long, unless least_rounds asks for them. 10 ms: with checking and warming
  /// up beside it, 1,280 rows take some 45 s on an H100, a bit over a quarter of the seed program's 165 s; with 6 ms no less, since most
  /// rows end with the least number of rounds.
  double most_seconds = 0.01;
  bool operator==(const StoppingRule&) const = default;
};

/// Ratio with its interval, as shown: exp() of an estimate over logarithms.
struct RatioEstimate {
  double median = 0;
  double lower = 0;
  double upper = 0;
  /// Probability that the interval contains the median, for a number of rounds that was fixed beforehand.
  double coverage = 0;
  std::uint64_t rounds = 0;
  bool operator==(const RatioEstimate&) const = default;

  /// Upper end over lower end, minus 1.
  double width() const { return upper / lower - 1; }
};

/// The median of exp(log_ratios) with its distribution-free 95 % interval; with fewer than 6 values their range, whose coverage
/// is less. Throws std::invalid_argument without any value, or for one that is not finite.
RatioEstimate estimate_ratio(std::span<const double> log_ratios);

/// Whether sampling ends behind these rounds, `seconds` after it began; every ratio must be known well enough, or the rule's
/// patience be over.
bool ends_sampling(const StoppingRule& rule, std::uint64_t rounds, double seconds, std::span<const RatioEstimate> ratios);

}  // namespace attngate

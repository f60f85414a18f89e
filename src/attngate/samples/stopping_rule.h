#pragma once

#include <cstdint>
#include <span>

#include "attngate/base/fields.h"

namespace attngate {

/// When ratios are known well enough, see SettledRatios.
struct StoppingRule {
  /// Enough when the 95 % interval of the ratio is at most that wide: 0.01 is 1 % from its lower to its upper end.
  double width = 0.01;
  /// No stop before so many rounds. 6: from here on the range of all values is an interval with 95 % (96.9 %).
  std::uint64_t least_rounds = 6;
  /// No more than so many, whatever the interval: as many as the seed program's iterations.
  std::uint64_t most_rounds = 101;
  /// No more rounds once the row has been sampled for so long, unless least_rounds asks for them. 15 ms: 1,280 rows
  /// took 35 to 39 s on two H100s, and the speedups of two sweeps were within 2 % in 95.6 and 96.6 % of them; with 10
  /// ms 32 to 36 s and 94.5 %. A quarter of the seed program's 165 to 169 s is 41 s.
  double most_seconds = 0.015;
  bool operator==(const StoppingRule&) const = default;
};

constexpr auto describe(const StoppingRule*) {
  return fields(keyless(&StoppingRule::width), keyless(&StoppingRule::least_rounds),
                keyless(&StoppingRule::most_rounds), keyless(&StoppingRule::most_seconds));
}

/// Probability with which the interval of a ratio shall contain it.
inline constexpr double ratio_confidence = 0.95;

/// Ratio with its interval, as shown: exp() of an estimate over logarithms.
struct RatioEstimate {
  double centre = 0;
  double lower = 0;
  double upper = 0;
  /// Probability that the interval contains the centre of the ratios' distribution, for a number of rounds that was
  /// fixed beforehand.
  double coverage = 0;
  std::uint64_t rounds = 0;
  bool operator==(const RatioEstimate&) const = default;

  /// Upper end over lower end, minus 1.
  double width() const { return upper / lower - 1; }
};

constexpr auto describe(const RatioEstimate*) {
  return fields(keyless(&RatioEstimate::centre), keyless(&RatioEstimate::lower), keyless(&RatioEstimate::upper),
                keyless(&RatioEstimate::coverage), keyless(&RatioEstimate::rounds));
}

/// The centre of exp(log_ratios) with its 95 % interval, see estimate_centre(): ratios scatter alike in both
/// directions, in logarithms. With fewer than 6 values their range, whose coverage is less. Throws
/// std::invalid_argument without any value, or for one that is not finite.
RatioEstimate estimate_ratio(std::span<const double> log_ratios);

/// Behind which round the ratios are estimated next: least_rounds, then every one up to 20, then a tenth more each
/// time. An estimate takes time in the cube of the rounds, and each is one more chance to stop at an interval that is
/// narrow by luck.
std::uint64_t next_estimate_after(const StoppingRule& rule, std::uint64_t rounds);

}  // namespace attngate

#pragma once

#include <span>
#include <vector>

#include "attngate/base/fields.h"

namespace attngate {

/// How a ratio goes with the clock of the multiprocessors: as (clock / reference_mhz)^exponent.
///
/// A GPU picks its clock by load and temperature, and keeps it for longer than a process takes its samples: an H100 ran
/// the same gate at 1977 MHz in most processes and at 2040 or 2070 in others (docs/gates.md). An operator that computes
/// goes with the clock, one that moves memory does not, and so does their ratio.
struct ClockTerm {
  /// -1 to 1: a time goes with the clock's power of -1 at most, and with that of 0 at least.
  double exponent = 0;
  /// More than 0 where the exponent is not 0.
  double reference_mhz = 0;
  bool operator==(const ClockTerm&) const = default;
};

constexpr auto describe(const ClockTerm*) {
  return fields(field("clock_exponent", &ClockTerm::exponent).of_any_sign().unless_empty(),
                field("reference_mhz", &ClockTerm::reference_mhz).of_any_sign().unless_empty());
}

/// ln of what the clock made of a ratio: what to subtract from ln(candidate / base). 0 where the clock is unknown (0).
double log_clock_effect(const ClockTerm& term, double mhz);

/// The term that the medians of some processes show, at the median of their clocks; without an exponent where it shows
/// none.
///
/// The exponent is the median slope over all pairs of processes whose clocks differ by half a percent or more (Theil
/// and Sen), for which there must be as many pairs as processes; it is kept only where the spread of the log ratios is
/// smaller with it. Clocks of 0 are unknown. Throws std::invalid_argument for lists of different lengths.
ClockTerm fit_clock_term(std::span<const double> log_ratios, std::span<const double> mhz);

}  // namespace attngate

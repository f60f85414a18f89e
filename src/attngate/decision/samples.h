#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "attngate/base/clock_state.h"
#include "attngate/decision/clock_term.h"

namespace attngate {

/// The clock events that make a sample invalid: something outside the program has slowed the GPU. A power cap is not
/// among them: a large matrix product meets it on a healthy GPU.
inline constexpr std::uint64_t invalidating_clock_events =
    clock_event::hardware_slowdown | clock_event::software_thermal_slowdown | clock_event::hardware_thermal_slowdown |
    clock_event::hardware_power_brake;

/// The invalidating reasons in the bits, as text: "HwSlowdown, SwThermal"; empty where there is none.
std::string invalidating_events_text(std::uint64_t clock_events);

/// Candidate and base, measured one right after the other in random order.
struct PairSample {
  /// Time in us, bytes, or a rate: the unit of `base`.
  double candidate = 0;
  double base = 0;
  /// The device may have waited for the host in a pair of GPU times.
  bool device_waited = false;
  /// clock_event bits that were set before or after either of the two.
  std::uint64_t clock_events = 0;
  /// Share of the host's processors, 0 to 1, that other processes took while this process took its pairs.
  double others_cpu_share = 0;
  /// Clock of the multiprocessors just before the two, in MHz; 0 where nothing measured it.
  double sm_mhz = 0;
  bool operator==(const PairSample&) const = default;
};

/// How the samples of one process are read, and when they say nothing.
struct ReadingRule {
  /// By which ratios are taken to one clock.
  ClockTerm clock = {};
  /// Largest share of invalid pairs, chosen. 0.1: 181 of 201 pairs cost little power (spread_cap for 2 % at a bound
  /// of 1 % falls from 1.94 to 1.90 %), and a GPU that throttles more often is in no state to be compared.
  double max_invalid_share = 0.1;
  /// Largest robust_spread of the log ratios; spread_cap() (power.h) derives it from the slowdown that must be found.
  double max_spread = std::numeric_limits<double>::infinity();
  /// Whether the quantity means the host as well: then a device that waits for it is no fault.
  bool host_bound_expected = false;
  /// Largest share of the host's processors that others may take meanwhile, where the quantity means the host.
  double max_others_cpu_share = 1;
};

/// What is left of one process's samples.
struct ProcessReading {
  std::size_t pairs = 0;
  /// Pairs with an invalidating clock event.
  std::size_t throttled = 0;
  /// Pairs with a number that is not finite and above 0.
  std::size_t unusable = 0;
  /// Valid pairs in which the device may have waited for the host.
  std::size_t waited = 0;
  /// Largest share of the host's processors that others took.
  double others_cpu_share = 0;
  /// Every invalidating event seen.
  std::uint64_t clock_events = 0;
  /// ln(candidate / base) of the valid pairs at the rule's reference clock, in the order they came.
  std::vector<double> log_ratios;
  /// robust_spread of them; 0 without any.
  double spread = 0;
  /// Medians of the valid pairs.
  double median_candidate = 0;
  double median_base = 0;
  /// Of the valid pairs whose clock is known, in MHz; 0 without any.
  double median_mhz = 0;
  /// Why the process does not count, in one line; empty where it does.
  std::string problem;

  bool valid() const { return problem.empty(); }
};

/// Reads the pairs of one process of which `planned` were asked for.
///
/// A pair counts by its clock events and by being a number, never by how long it took: leaving out slow pairs would
/// change the question. The process does not count with more than the allowed share of planned pairs missing or
/// invalid, a spread over its cap, on a host that others keep busy, or bound by the host without being meant to: more
/// than the allowed share of pairs in which the device waited.
ProcessReading read_process(std::span<const PairSample> pairs, std::size_t planned, const ReadingRule& rule);

}  // namespace attngate

#pragma once

#include <cstddef>
#include <vector>

#include "attngate/base/seeded_random.h"
#include "attngate/decision/samples.h"

namespace attngate {

/// An operator and its planted copy on an imagined GPU: for tests with known answers, never for a verdict.
///
/// Spreads, drift and effects are in log units: 0.01 is 1 %.
struct SimulatedPair {
  /// True time of the candidate over that of the base, minus 1.
  double slowdown = 0;
  double base_us = 200;
  /// Standard deviation of ln(candidate / base) in a process.
  double pair_spread = 0.005;
  /// Standard deviation of a process's own median of it.
  double process_spread = 0;
  /// Change of both sides' times from a process's first pair to its last; cancels in the ratio.
  double drift = 0;
  /// By how much whichever comes second is slower; the order is drawn for each pair.
  double order_effect = 0;
  /// Share of measurements, on either side, that a spike makes `spike_factor` times longer.
  double spike_share = 0;
  double spike_factor = 3;
  /// Degrees of freedom of Student's t for the noise in the place of the normal distribution; 0 is the normal one, 1
  /// has no mean.
  int student_degrees = 0;
  /// Steps of the clock in us that times are rounded to; 0 is none.
  double clock_step_us = 0;
};

/// The pairs of one process.
std::vector<PairSample> simulate_process(const SimulatedPair& model, std::size_t pairs, SeededRandom& random);

/// The pairs of each of several processes.
std::vector<std::vector<PairSample>> simulate_processes(const SimulatedPair& model, std::size_t processes,
                                                        std::size_t pairs, SeededRandom& random);

}  // namespace attngate

#pragma once

#include "attngate/base/elapsed.h"

namespace attngate {

/// Time of a wait in short steps, without the time in which this process itself stood still (Ctrl-Z, SIGSTOP): a step
/// that took far longer than it was to take was no wait.
class RunningTime {
 public:
  /// What a step may take beyond what it was to take, in s. A busy machine may hold a process up for some hundred
  /// milliseconds; what is beyond that in each step is not counted, and only lengthens the wait.
  static constexpr double allowance = 0.5;

  /// A step that was to take so many seconds is over; returns what it took beyond the allowance, which is not counted.
  double step_ends(double wanted_seconds) { return add(step_.lap_us() / 1e6, wanted_seconds); }

  /// The same for a step that took so long.
  double add(double took_seconds, double wanted_seconds) {
    const double most = wanted_seconds + allowance;
    const double excess = took_seconds > most ? took_seconds - wanted_seconds : 0;
    counted_ += took_seconds - excess;
    stood_still_ += excess;
    return excess;
  }

  /// Time in s up to the end of the last step.
  double seconds() const { return counted_; }
  /// Time in s that was not counted.
  double stood_still() const { return stood_still_; }

 private:
  Elapsed step_;
  double counted_ = 0;
  double stood_still_ = 0;
};

}  // namespace attngate

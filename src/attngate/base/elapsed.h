#pragma once

#include <chrono>

namespace attngate {

/// Host time since it was made, by a clock that nobody sets. What a device took: timing/stopwatch.h.
class Elapsed {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }
  double us() const { return std::chrono::duration<double, std::micro>(Clock::now() - begin_).count(); }

  /// us() up to now, and begins anew: laps leave nothing out between them.
  double lap_us() {
    const Clock::time_point before = begin_;
    begin_ = Clock::now();
    return std::chrono::duration<double, std::micro>(begin_ - before).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace attngate

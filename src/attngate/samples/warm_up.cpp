#include "attngate/samples/warm_up.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <vector>

#include "attngate/base/median.h"
#include "attngate/samples/samples.h"

namespace attngate {
namespace {

/// A few calls in a row.
struct Window {
  double median_us = 0;
  bool allocated = false;
};

Window run_window(std::size_t calls, const std::function<double()>& timed_call,
                  const std::function<AllocationCounts()>& allocations) {
  const AllocationCounts before = allocations();
  std::vector<double> times;
  times.reserve(calls);
  for (std::size_t call = 0; call < calls; ++call) times.push_back(timed_call());
  return {median_of(std::move(times)), allocations() != before};
}

bool times_agree(const Window& earlier, const Window& later, double tolerance) {
  const double larger = std::max(earlier.median_us, later.median_us);
  return std::abs(later.median_us - earlier.median_us) <= tolerance * larger;
}

std::string what_moves(const Window& earlier, const Window& later, bool times, std::uint64_t calls) {
  if (times) return fmt::format("after {} calls it still asked the device for memory", calls);
  return fmt::format("after {} calls its time still moved, from {:.4g} to {:.4g} us", calls, earlier.median_us,
                     later.median_us);
}

}  // namespace

WarmUp warm_up(const std::function<double()>& timed_call, const std::function<AllocationCounts()>& allocations,
               const WarmUpLimits& limits) {
  using Clock = std::chrono::steady_clock;
  const std::chrono::duration<double> patience(limits.most_seconds);
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(patience);
  Window earlier = run_window(limits.window, timed_call, allocations);
  for (std::uint64_t calls = 2 * limits.window;; calls += limits.window) {
    const Window later = run_window(limits.window, timed_call, allocations);
    const bool times = times_agree(earlier, later, limits.tolerance);
    if (times && !earlier.allocated && !later.allocated) return {calls, true, later.median_us, ""};
    if (calls >= limits.most_calls || Clock::now() >= end) {
      return {calls, false, later.median_us, what_moves(earlier, later, times, calls)};
    }
    earlier = later;
  }
}

}  // namespace attngate

#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace attngate {

/// How far LibTorch's allocator has gone to the device; unchanged counts mean that it served all from its cache.
struct AllocationCounts {
  /// Requests to the device for memory so far.
  std::int64_t device_requests = 0;
  std::int64_t reserved_bytes = 0;
  bool operator==(const AllocationCounts&) const = default;
};

/// When an operator counts as warm.
struct WarmUpLimits {
  /// Calls whose median is compared with that of as many calls before.
  std::size_t window = 8;
  /// Settled when two successive medians differ by at most this share of the larger. 5 %: operators below 60 us scatter
  /// by 3.5 % (H200), the median of 8 then by 1.5 % and the difference of two by 2.2 %; what has settled meets it.
  double tolerance = 0.05;
  /// Given up here. cuDNN plans a new shape for 60 to 190 ms at the first call only: 2 s are ten times that.
  std::uint64_t most_calls = 400;
  double most_seconds = 2;
};

/// What came of warming up.
struct WarmUp {
  std::uint64_t calls = 0;
  bool settled = false;
  /// Median time of the last window in us.
  double us = 0;
  /// What had not settled; empty when all had.
  std::string note;
};

/// Calls until two successive windows agree in their median time and the allocator asked the device for nothing in
/// either, or until a limit is reached after at least two windows.
///
/// `timed_call` makes one call, waits for its work, and returns its time in us; what it throws passes through.
WarmUp warm_up(const std::function<double()>& timed_call, const std::function<AllocationCounts()>& allocations,
               const WarmUpLimits& limits = {});

}  // namespace attngate

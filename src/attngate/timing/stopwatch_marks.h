#pragma once

#include "attngate/timing/stopwatch.h"

namespace attngate {

/// The two points in time, on the host or on a device; what Stopwatch is made of.
struct Stopwatch::Marks {
  virtual ~Marks() = default;
  virtual void start() = 0;
  virtual void stop() = 0;
  virtual double elapsed_us() const = 0;
};

}  // namespace attngate

#pragma once

#include <c10/core/Device.h>

#include "attngate/timing/timed_operator.h"

namespace attngate {

/// Keeps a device busy with nothing for `us`: one thread that watches the device's clock, queued on the current stream.
/// On the CPU it watches the host's clock, and returns when the time is over. Never waits for the host, so it ends by
/// itself whatever is queued behind it.
///
/// A kernel takes about 2 us beside its own time to start and end. Throws CudaError.
void spin(c10::Device device, double us);

/// The operator with a spin of `us` behind each call: a slowdown made on purpose. Give the operator that it is held
/// against a spin of 0 us, so that launching one is on both sides. Throws std::invalid_argument unless `us` is finite
/// and 0 or more.
TimedOperator with_spin(TimedOperator timed, c10::Device device, double us);

}  // namespace attngate

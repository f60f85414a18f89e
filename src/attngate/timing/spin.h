#pragma once

#include <c10/core/Device.h>

namespace attngate {

/// Keeps a device busy with nothing for `us`: one thread that watches the device's clock, queued on the current stream.
/// On the CPU it watches the host's clock, and returns when the time is over. Never waits for the host, so it ends by
/// itself whatever is queued behind it.
///
/// A kernel takes about 2 us beside its own time to start and end. Throws CudaError.
void spin(c10::Device device, double us);

}  // namespace attngate

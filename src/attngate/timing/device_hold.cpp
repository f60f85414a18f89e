#include "attngate/timing/device_hold.h"

#include <atomic>
#include <cmath>
#include <limits>

#include "attngate/timing/cuda_parts.h"
#include "attngate/values/cuda_error.h"
#include "attngate/values/device_stream.h"

namespace attngate {
namespace {

// The host's last launches are on their way to the device when it lets go, and arrive within some us. With this, two
// spins of 100 us that were queued meanwhile read 205 us on an H100: their own time, and 2 us for each to start and
// end.
constexpr double settling_us = 10;

std::uint64_t nanoseconds(double us) { return static_cast<std::uint64_t>(std::llround(1e3 * us)); }

void release(std::uint64_t& word, std::uint64_t ticket) {
  std::atomic_ref(word).store(ticket, std::memory_order_release);
}

}  // namespace

DeviceHold::DeviceHold(c10::Device device) : device_(device) {
  if (device.is_cuda()) released_ = make_pinned_word();
}

DeviceHold::~DeviceHold() {
  if (!released_ || ticket_ == 0) return;
  release(*released_, std::numeric_limits<std::uint64_t>::max());
  try {
    synchronize_stream(stream_);  // a spin that has not seen it yet would look at memory that is gone
  } catch (const CudaError&) {    // a lost device spins no more
  }
}

void DeviceHold::hold(double least_us, double most_us, SpinReading* reading) {
  // The spin begins after this: it lasts longer than is counted on.
  ends_by_itself_ = Clock::now() + std::chrono::nanoseconds(nanoseconds(most_us));
  if (!released_) return;
  stream_ = current_stream(device_);
  const HeldSpin held{released_.get(), ++ticket_, nanoseconds(least_us), nanoseconds(most_us),
                      nanoseconds(settling_us)};
  launch_held_spin(held, reading, stream_);
}

bool DeviceHold::let_go() {
  if (!released_) return true;
  release(*released_, ticket_);
  return Clock::now() < ends_by_itself_;
}

}  // namespace attngate

#include "attngate/timing/spin.h"

#include <cmath>
#include <stdexcept>
#include <utility>

#include "attngate/base/elapsed.h"
#include "attngate/timing/spin_kernel.h"
#include "attngate/values/device_stream.h"

namespace attngate {
namespace {

void spin_on_host(double us) {
  const Elapsed elapsed;
  while (elapsed.us() < us) {
  }
}

}  // namespace

void spin(c10::Device device, double us) {
  if (!device.is_cuda()) return spin_on_host(us);
  launch_spin(static_cast<std::uint64_t>(std::llround(1e3 * us)), /*reading=*/nullptr, current_stream(device));
}

TimedOperator with_spin(TimedOperator timed, c10::Device device, double us) {
  if (!(std::isfinite(us) && us >= 0)) throw std::invalid_argument("a spin takes 0 us or more");
  timed.call = [call = std::move(timed.call), device, us] {
    call();
    spin(device, us);
  };
  return timed;
}

}  // namespace attngate

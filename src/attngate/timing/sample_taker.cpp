#include "attngate/timing/sample_taker.h"

#include <optional>

#include "attngate/base/elapsed.h"
#include "attngate/timing/device_waits.h"
#include "attngate/values/device_stream.h"

namespace attngate {
namespace {

/// Makes the calls and returns how long the host took for them in us.
double run_calls(const TimedOperator& timed, std::uint64_t calls) {
  const Elapsed elapsed;
  for (std::uint64_t call = 0; call < calls; ++call) timed.call();
  return elapsed.us();
}

}  // namespace

SampleTaker::SampleTaker(c10::Device device)
    : device_(device), flush_(device), probe_(device), stopwatch_(device), stretches_(device) {}

Sample SampleTaker::take(const TimedOperator& timed, const SampleSetting& setting) {
  synchronize(device_);
  Sample sample;
  switch (setting.quantity) {
    case Quantity::isolated_latency:
      sample = take_isolated(timed, setting);
      break;
    case Quantity::gpu_time:
      sample = take_held(timed, setting);
      break;
    case Quantity::throughput:
      sample = take_back_to_back(timed, setting);
      break;
  }
  const auto calls = static_cast<double>(setting.calls);
  sample.us /= calls;
  sample.host_us /= calls;
  sample.sm_mhz = probe_.sm_mhz();
  return sample;
}

Sample SampleTaker::take_isolated(const TimedOperator& timed, const SampleSetting& setting) {
  Sample sample;
  for (std::uint64_t call = 0; call < setting.calls; ++call) {
    if (setting.flush_cache) flush_.flush();
    probe_.spin(clock_reading_us);
    synchronize(device_);
    sample.host_us += time_calls(timed, 1);
    synchronize(device_);
    sample.us += stopwatch_.elapsed_us();
  }
  return sample;
}

Sample SampleTaker::take_held(const TimedOperator& timed, const SampleSetting& setting) {
  Sample sample;
  if (setting.flush_cache) flush_.flush();
  stretches_.begin(probe_, setting.longest_hold_us);
  {
    std::optional<DeviceWaits> waits;
    if (device_.is_cuda() && setting.watch_waits)
      waits.emplace([this] { stretches_.end_stretch(); }, [this] { stretches_.begin_next(); });
    try {
      sample.host_us = run_calls(timed, setting.calls);
    } catch (...) {
      stretches_.abandon();
      throw;
    }
  }
  stretches_.end_stretch();
  synchronize(device_);
  sample.launches_hidden = stretches_.launches_hidden();
  sample.us = stretches_.elapsed_us();
  return sample;
}

Sample SampleTaker::take_back_to_back(const TimedOperator& timed, const SampleSetting& setting) {
  Sample sample;
  if (setting.flush_cache) flush_.flush();
  probe_.spin(clock_reading_us);
  synchronize(device_);  // or the host would queue the calls while the device still flushes and spins: a head start
  timed.call();
  sample.host_us = time_calls(timed, setting.calls);
  synchronize(device_);
  sample.us = stopwatch_.elapsed_us();
  return sample;
}

double SampleTaker::time_calls(const TimedOperator& timed, std::uint64_t calls) {
  stopwatch_.start();
  const double host_us = run_calls(timed, calls);
  stopwatch_.stop();
  return host_us;
}

}  // namespace attngate

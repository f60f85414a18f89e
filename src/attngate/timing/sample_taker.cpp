#include "attngate/timing/sample_taker.h"

#include <algorithm>
#include <chrono>

#include "attngate/values/device_stream.h"

namespace attngate {
namespace {

using Clock = std::chrono::steady_clock;

// A spin that reads the clock within 2 % even where the global timer goes on by 1 us at a time.
constexpr double clock_reading_us = 50;

double us_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

}  // namespace

SampleTaker::SampleTaker(c10::Device device) : device_(device), flush_(device), probe_(device), stopwatch_(device) {}

Sample SampleTaker::take(const TimedOperator& timed, const SampleSetting& setting) {
  synchronize(device_);
  Sample sample;
  switch (setting.quantity) {
    case Quantity::isolated_latency: sample = take_isolated(timed, setting); break;
    case Quantity::gpu_time: sample = take_covered(timed, setting); break;
    case Quantity::throughput: sample = take_back_to_back(timed, setting); break;
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
    sample.host_us += run_calls(timed, 1);
    synchronize(device_);
    sample.us += stopwatch_.elapsed_us();
  }
  return sample;
}

Sample SampleTaker::take_covered(const TimedOperator& timed, const SampleSetting& setting) {
  const double cover_us = std::clamp(setting.cover_us, clock_reading_us, longest_cover_us);
  Sample sample;
  if (setting.flush_cache) flush_.flush();
  const auto covered = Clock::now();
  probe_.spin(cover_us);
  sample.host_us = run_calls(timed, setting.calls);
  // The spin began after `covered`: the host was done before the spin was. The CPU has no queue to run dry.
  sample.launches_hidden = !device_.is_cuda() || us_since(covered) < cover_us;
  synchronize(device_);
  sample.us = stopwatch_.elapsed_us();
  return sample;
}

Sample SampleTaker::take_back_to_back(const TimedOperator& timed, const SampleSetting& setting) {
  Sample sample;
  if (setting.flush_cache) flush_.flush();
  probe_.spin(clock_reading_us);
  synchronize(device_);  // or the host would queue the calls while the device still flushes and spins: a head start
  timed.call();
  sample.host_us = run_calls(timed, setting.calls);
  synchronize(device_);
  sample.us = stopwatch_.elapsed_us();
  return sample;
}

double SampleTaker::run_calls(const TimedOperator& timed, std::uint64_t calls) {
  stopwatch_.start();
  const auto begin = Clock::now();
  for (std::uint64_t call = 0; call < calls; ++call) timed.call();
  const double host_us = us_since(begin);
  stopwatch_.stop();
  return host_us;
}

}  // namespace attngate

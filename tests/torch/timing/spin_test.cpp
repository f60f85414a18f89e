#include "attngate/timing/spin.h"
#include "attngate/base/median.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "attngate/samples/samples.h"
#include "attngate/timing/clock_probe.h"
#include "attngate/timing/stopwatch.h"
#include "attngate/values/device_stream.h"
#include "device_under_test.h"
#include "timing/figures.h"

namespace attngate {
namespace {

/// What a stopwatch makes of some spins, each on an idle device, in us.
std::vector<double> timed_spins(double us, int repetitions) {
  Stopwatch stopwatch(device_under_test());
  std::vector<double> times;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    // On a GPU the host queues start, spin and stop meanwhile: what it takes for a launch is not in the time.
    spin(device_under_test(), 200);
    stopwatch.start();
    spin(device_under_test(), us);
    stopwatch.stop();
    synchronize(device_under_test());
    times.push_back(stopwatch.elapsed_us());
  }
  return times;
}

// On the CPU another process may take any time from a spin, but not from all of them, and no spin is too short.
TEST(TimingSpin, lasts_as_long_as_it_is_told) {
  constexpr double asked = 1000;
  timed_spins(asked, 3);
  const std::vector<double> times = timed_spins(asked, 51);
  const double found = device_under_test().is_cuda() ? median_of(times) : *std::ranges::min_element(times);
  show("spin_of_1000_us", found, "us");
  EXPECT_NEAR(found, asked, 0.01 * asked);
  if (!device_under_test().is_cuda()) {
    EXPECT_GE(found, asked);
  }
}

TEST(TimingSpin, of_no_length_ends) {
  timed_spins(0, 3);
  const double found = median_of(timed_spins(0, 51));
  show("spin_of_0_us", found, "us");
  EXPECT_LT(found, 1000);
}

TEST(TimingClockProbe, knows_no_clock_of_the_cpu) {
  ClockProbe probe(c10::kCPU);
  probe.spin(1e9);  // does nothing, or this test would take a quarter of an hour
  EXPECT_EQ(probe.sm_mhz(), std::nullopt);
  EXPECT_EQ(probe.reading(), nullptr);
}

TEST(TimingClockProbe, reads_the_clock_of_a_multiprocessor) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU's clock is not read";
  ClockProbe probe(device_under_test());
  EXPECT_EQ(probe.sm_mhz(), std::nullopt);
  for (const double us : {50.0, 1000.0}) {
    probe.spin(us);
    synchronize(device_under_test());
    ASSERT_TRUE(probe.sm_mhz());
    show("sm_mhz_by_a_spin", *probe.sm_mhz(), "MHz");
    show("global_timer_step", static_cast<double>(probe.reading()->timer_step), "ns");
    // Data centre GPUs of compute capability 8.0 and later idle at 210 MHz or more and boost to less than 3 GHz.
    EXPECT_GT(*probe.sm_mhz(), 100);
    EXPECT_LT(*probe.sm_mhz(), 4000);
    EXPECT_GE(static_cast<double>(probe.reading()->nanoseconds), 1e3 * us);
    // A coarser timer would make the clock that each sample keeps wrong by more than 2 %.
    EXPECT_LE(probe.reading()->timer_step, 1100u);
  }
}

}  // namespace
}  // namespace attngate

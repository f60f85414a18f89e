#include "attngate/timing/device_hold.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "attngate/timing/clock_probe.h"
#include "attngate/timing/spin.h"
#include "attngate/timing/stopwatch.h"
#include "attngate/values/device_stream.h"
#include "device_under_test.h"
#include "timing/figures.h"

namespace attngate {
namespace {

void sleep_us(int us) { std::this_thread::sleep_for(std::chrono::microseconds(us)); }

/// Makes one hold and launches a kernel, which loads it, so that the times below are of neither.
void warm_up(DeviceHold& hold) {
  hold.hold(0, 1000);
  hold.let_go();
  spin(device_under_test(), 0);
  synchronize(device_under_test());
}

/// How long the device was held, in us, where the host lets go after so long.
double held_us(DeviceHold& hold, double least_us, double most_us, int until_let_go_us) {
  Stopwatch stopwatch(device_under_test());
  stopwatch.start();
  hold.hold(least_us, most_us);
  stopwatch.stop();
  sleep_us(until_let_go_us);
  hold.let_go();
  synchronize(device_under_test());
  return stopwatch.elapsed_us();
}

TEST(TimingDeviceHold, does_nothing_on_the_cpu) {
  DeviceHold hold(c10::kCPU);
  hold.hold(1e9, 1e9);  // or this test would take a quarter of an hour
  EXPECT_TRUE(hold.let_go());
}

TEST(TimingDeviceHold, keeps_the_device_busy_until_the_host_lets_go) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no queue";
  DeviceHold hold(device_under_test());
  warm_up(hold);
  for (int repetition = 0; repetition < 5; ++repetition) {
    const double us = held_us(hold, 0, 1e6, 2000);
    show("held_until_let_go_after_2000_us", us, "us");
    EXPECT_GE(us, 2000);
    EXPECT_LT(us, 50'000) << "a second, had nobody let go";
  }
}

TEST(TimingDeviceHold, lasts_as_long_as_it_must_at_least) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no queue";
  DeviceHold hold(device_under_test());
  warm_up(hold);
  EXPECT_NEAR(held_us(hold, 5000, 1e6, 0), 5000, 100);
}

TEST(TimingDeviceHold, ends_by_itself_where_the_host_waits_for_the_device_first) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no queue";
  DeviceHold hold(device_under_test());
  warm_up(hold);
  hold.hold(0, 3000);
  synchronize(device_under_test());
  EXPECT_FALSE(hold.let_go()) << "it has ended before";
  EXPECT_NEAR(held_us(hold, 0, 3000, 20'000), 3000, 100);
}

TEST(TimingDeviceHold, lets_go_when_nobody_owns_it_any_more) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no queue";
  const auto begin = std::chrono::steady_clock::now();
  {
    DeviceHold hold(device_under_test());
    hold.hold(0, 60e6);
  }
  synchronize(device_under_test());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

TEST(TimingDeviceHold, holds_what_is_queued_behind_it) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no queue";
  DeviceHold hold(device_under_test());
  warm_up(hold);
  Stopwatch stopwatch(device_under_test());
  hold.hold(0, 1e6);
  stopwatch.start();
  spin(device_under_test(), 100);
  sleep_us(2000);  // a device that is not held would begin with the second spin when it is there
  spin(device_under_test(), 100);
  stopwatch.stop();
  EXPECT_TRUE(hold.let_go());
  synchronize(device_under_test());
  show("two_held_spins_of_100_us", stopwatch.elapsed_us(), "us");
  EXPECT_NEAR(stopwatch.elapsed_us(), 200, 10);
}

TEST(TimingDeviceHold, lets_a_probe_read_the_clock_meanwhile) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU's clock is not read";
  DeviceHold hold(device_under_test());
  ClockProbe probe(device_under_test()), free_probe(device_under_test());
  warm_up(hold);
  free_probe.spin(50'000);  // an idle device's clock is low
  probe.spin_while_held(hold, 50, 1e6);
  hold.let_go();
  synchronize(device_under_test());
  ASSERT_TRUE(probe.sm_mhz());
  show("sm_mhz_while_held", *probe.sm_mhz(), "MHz");
  EXPECT_NEAR(*probe.sm_mhz(), *free_probe.sm_mhz(), 0.05 * *free_probe.sm_mhz());
  EXPECT_GE(probe.reading()->nanoseconds, 50'000u);
}

}  // namespace
}  // namespace attngate

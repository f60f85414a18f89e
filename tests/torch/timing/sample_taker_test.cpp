#include "attngate/timing/sample_taker.h"
#include "attngate/base/median.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "attngate/timing/spin.h"
#include "attngate/values/device_stream.h"
#include "device_under_test.h"
#include "timing/figures.h"
#include "timing/spinning_operator.h"

namespace attngate {
namespace {

constexpr Quantity quantities[] = {Quantity::isolated_latency, Quantity::gpu_time, Quantity::throughput};

/// Median time in us of some samples, and that of their true times.
struct Recovered {
  double us = 0;
  double host_us = 0;
  /// Median of what each sample makes of its true time, 1 for all of it.
  double share = 0;
};

Recovered recover(SampleTaker& taker, const SpinningOperator& spinning, const SampleSetting& setting) {
  taker.take(spinning.timed(), setting);
  std::vector<double> us, host_us, share;
  for (int repetition = 0; repetition < 21; ++repetition) {
    const Sample sample = taker.take(spinning.timed(), setting);
    us.push_back(sample.us);
    host_us.push_back(sample.host_us);
    share.push_back(sample.us / spinning.true_us(setting.calls));
  }
  return {median_of(us), median_of(host_us), median_of(share)};
}

Sample typical_sample(SampleTaker& taker, const TimedOperator& timed, const SampleSetting& setting) {
  taker.take(timed, setting);
  std::vector<Sample> samples;
  for (int repetition = 0; repetition < 21; ++repetition) samples.push_back(taker.take(timed, setting));
  std::ranges::sort(samples, {}, &Sample::us);
  return samples[samples.size() / 2];
}

TEST(TimingSampleTaker, recovers_a_planted_time_within_1_percent_in_every_quantity) {
  SampleTaker taker(device_under_test());
  for (const Quantity quantity : quantities) {
    const Recovered recovered = recover(taker, SpinningOperator(1000), {quantity, 1});
    show("planted_1000_us_as_" + to_string(quantity), recovered.us, "us");
    show("host_time_as_" + to_string(quantity), recovered.host_us, "us");
    EXPECT_NEAR(recovered.share, 1, 0.01) << to_string(quantity);
  }
}

TEST(TimingSampleTaker, gives_the_time_of_one_of_several_calls) {
  SampleTaker taker(device_under_test());
  for (const Quantity quantity : quantities) {
    const SpinningOperator spinning(200);
    taker.take(spinning.timed(), {quantity, 8});
    EXPECT_EQ(spinning.calls(), quantity == Quantity::throughput ? 9u : 8u) << to_string(quantity);
    const Recovered recovered = recover(taker, spinning, {quantity, 8});
    show("planted_200_us_of_8_calls_as_" + to_string(quantity), recovered.us, "us");
    // A kernel takes 1 to 2 us to start and end; an isolated one is launched within its time, in up to 10 us.
    EXPECT_NEAR(recovered.share, 1, quantity == Quantity::isolated_latency ? 0.06 : 0.02) << to_string(quantity);
  }
}

TEST(TimingSampleTaker, lets_errors_of_the_operator_through) {
  SampleTaker taker(device_under_test());
  for (const Quantity quantity : quantities) {
    EXPECT_THROW(taker.take({"bad", [] { throw std::runtime_error("bad"); }}, {quantity, 1}), std::runtime_error);
  }
  EXPECT_GT(taker.take(SpinningOperator(100).timed(), {Quantity::gpu_time, 1}).us, 0);
}

TEST(TimingSampleTaker, lets_the_device_go_where_an_error_ends_the_calls_before_all_is_queued) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no queue";
  SampleTaker taker(device_under_test());
  const TimedOperator bad{"bad", [] {
                            spin(device_under_test(), 100);
                            throw std::runtime_error("bad");
                          }};
  SampleSetting setting{Quantity::gpu_time, 1};
  setting.longest_hold_us = 30e6;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THROW(taker.take(bad, setting), std::runtime_error);
  synchronize(device_under_test());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(15)) << "30 s, had nobody let go";
}

TEST(TimingSampleTaker, hides_launches_while_the_device_is_held) {
  SampleTaker taker(device_under_test());
  const Sample sample = typical_sample(taker, SpinningOperator(100).timed(), {Quantity::gpu_time, 4});
  EXPECT_TRUE(sample.launches_hidden);
  EXPECT_EQ(sample.sm_mhz.has_value(), device_under_test().is_cuda());
}

TEST(TimingSampleTaker, finds_out_an_operator_that_waits_for_the_device_and_does_not_hang) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no queue";
  SampleTaker taker(device_under_test());
  const TimedOperator waiting{"waiting", [] {
                                spin(device_under_test(), 100);
                                synchronize(device_under_test());
                              }};
  const Sample sample = typical_sample(taker, waiting, {Quantity::gpu_time, 2});
  show("waiting_operator_host_time", sample.host_us, "us");
  EXPECT_FALSE(sample.launches_hidden);
}

/// Spins 300 us, lets the host wait by a copy, dawdles on the host, and spins 200 us.
TimedOperator waiting_by_a_copy() {
  const at::Tensor on_host = at::ones({4}, at::kInt);
  const at::Tensor on_device = on_host.to(device_under_test());
  return {"waiting", [on_host, on_device] {
            spin(device_under_test(), 300);
            on_device.copy_(on_host);
            std::this_thread::sleep_for(std::chrono::microseconds(300));
            spin(device_under_test(), 200);
          }};
}

TEST(TimingSampleTaker, leaves_a_wait_for_the_device_out_of_gpu_time_and_hides_the_launches_behind_it) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no queue";
  SampleTaker taker(device_under_test());
  const Sample sample = typical_sample(taker, waiting_by_a_copy(), {Quantity::gpu_time, 1});
  show("waiting_500_us", sample.us, "us");
  show("waiting_500_us_host_time", sample.host_us, "us");
  EXPECT_EQ(taker.waits(), 1u);
  EXPECT_TRUE(sample.launches_hidden);
  EXPECT_NEAR(sample.us, 500, 10)
      << "two kernels that take 1 to 2 us each to start and end, and an event pair a stretch";
  EXPECT_GT(sample.host_us, 600) << "it waited for 300 us and dawdled for 300";
}

TEST(TimingSampleTaker, says_that_launches_show_where_an_operator_waits_and_nobody_watches) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no queue";
  SampleTaker taker(device_under_test());
  SampleSetting setting{Quantity::gpu_time, 1};
  setting.watch_waits = false;
  const Sample sample = typical_sample(taker, waiting_by_a_copy(), setting);
  EXPECT_EQ(taker.waits(), 0u);
  EXPECT_FALSE(sample.launches_hidden);
  EXPECT_TRUE(typical_sample(taker, SpinningOperator(100).timed(), setting).launches_hidden);
}

TEST(TimingSampleTaker, finds_launches_that_show_behind_a_wait) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no queue";
  SampleTaker taker(device_under_test());
  EXPECT_FALSE(
      typical_sample(taker, waiting_by_a_copy(), {.quantity = Quantity::gpu_time, .calls = 1, .longest_hold_us = 250})
          .launches_hidden);
}

TEST(TimingSampleTaker, counts_the_waits_of_all_calls) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no queue";
  SampleTaker taker(device_under_test());
  typical_sample(taker, waiting_by_a_copy(), {Quantity::gpu_time, 3});
  EXPECT_EQ(taker.waits(), 3u);
  typical_sample(taker, SpinningOperator(100).timed(), {Quantity::gpu_time, 3});
  EXPECT_EQ(taker.waits(), 0u);
}

TEST(TimingSampleTaker, flushes_twice_the_cache) {
  EXPECT_EQ(SampleTaker(device_under_test()).flushed_bytes(), 2 * last_cache_bytes(device_under_test()));
  EXPECT_GE(last_cache_bytes(device_under_test()), std::uint64_t{1} << 20);
  show("cache", static_cast<double>(last_cache_bytes(device_under_test())) / (1 << 20), "MiB");
}

TEST(TimingSampleTaker, times_reads_from_memory_behind_a_flush_and_from_the_cache_without_one) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU shares its last cache with every other process";
  SampleTaker taker(device_under_test());
  // A quarter of the L2, so that it stays there between two calls.
  const auto options = at::TensorOptions(device_under_test()).dtype(at::kFloat);
  const auto elements = static_cast<std::int64_t>(last_cache_bytes(device_under_test()) / 16);
  const at::Tensor data = at::empty({elements}, options).uniform_(-1, 1);
  const TimedOperator reads{"reads", [&] { data.sum(); }};
  const double cold = typical_sample(taker, reads, {Quantity::gpu_time, 1, true}).us;
  const double warm = typical_sample(taker, reads, {Quantity::gpu_time, 1, false}).us;
  show("sum_behind_a_flush", cold, "us");
  show("sum_from_the_cache", warm, "us");
  EXPECT_GT(cold, warm);
}

}  // namespace
}  // namespace attngate

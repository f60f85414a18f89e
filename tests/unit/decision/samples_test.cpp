#include "attngate/decision/samples.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "unit/decision/sample_pairs.h"

namespace attngate::test {
namespace {

std::vector<PairSample> quiet(std::size_t count) {
  return std::vector<PairSample>(count, {.candidate = 202, .base = 200});
}

TEST(SamplesTest, reads_log_ratios_and_medians) {
  const ProcessReading reading = read_process(quiet(10), 10, {});
  EXPECT_TRUE(reading.valid()) << reading.problem;
  EXPECT_EQ(reading.log_ratios.size(), 10u);
  EXPECT_NEAR(reading.log_ratios[0], std::log(1.01), 1e-12);
  EXPECT_EQ(reading.median_candidate, 202);
  EXPECT_EQ(reading.median_base, 200);
}

TEST(SamplesTest, leaves_out_what_was_throttled_but_not_for_a_power_cap) {
  auto pairs = quiet(100);
  for (std::size_t index = 0; index < 100; ++index) pairs[index].clock_events = clock_event::software_power_cap;
  pairs[3].clock_events = clock_event::hardware_slowdown;
  pairs[4].clock_events = clock_event::software_thermal_slowdown | clock_event::software_power_cap;
  pairs[5].clock_events = clock_event::hardware_thermal_slowdown;
  pairs[6].clock_events = clock_event::hardware_power_brake;
  const ProcessReading reading = read_process(pairs, 100, {});
  EXPECT_TRUE(reading.valid()) << reading.problem;
  EXPECT_EQ(reading.throttled, 4u);
  EXPECT_EQ(reading.log_ratios.size(), 96u);
  EXPECT_EQ(invalidating_events_text(reading.clock_events), "HwSlowdown, SwThermal, HwThermal, HwPowerBrake");
}

TEST(SamplesTest, says_nothing_with_more_than_a_tenth_throttled) {
  auto pairs = quiet(100);
  for (std::size_t index = 0; index < 10; ++index) pairs[index].clock_events = clock_event::hardware_slowdown;
  EXPECT_TRUE(read_process(pairs, 100, {}).valid());
  pairs[10].clock_events = clock_event::hardware_slowdown;
  EXPECT_EQ(read_process(pairs, 100, {}).problem, "89 of 100 planned pairs are valid; 11 throttled (HwSlowdown)");
  // Pairs measured in their place do not make up for a GPU that throttles.
  pairs.resize(130, {.candidate = 202, .base = 200});
  for (std::size_t index = 10; index < 20; ++index) pairs[index].clock_events = clock_event::hardware_slowdown;
  EXPECT_FALSE(read_process(pairs, 100, {}).valid());
}

TEST(SamplesTest, leaves_out_what_is_no_time) {
  auto pairs = quiet(100);
  pairs[0].candidate = 0;
  pairs[1].base = -1;
  pairs[2].candidate = std::nan("");
  pairs[3].base = std::numeric_limits<double>::infinity();
  const ProcessReading reading = read_process(pairs, 100, {});
  EXPECT_TRUE(reading.valid()) << reading.problem;
  EXPECT_EQ(reading.unusable, 4u);
  EXPECT_EQ(reading.log_ratios.size(), 96u);
}

TEST(SamplesTest, does_not_overflow_on_extreme_times) {
  const std::vector<PairSample> pairs(20, {.candidate = 1e300, .base = 1e-300});
  EXPECT_NEAR(read_process(pairs, 20, {}).log_ratios[0], 600 * std::log(10.0), 1e-6);
}

TEST(SamplesTest, says_nothing_without_pairs) {
  EXPECT_EQ(read_process({}, 201, {}).problem, "0 of 201 planned pairs are valid");
  EXPECT_FALSE(read_process({}, 0, {}).valid());
  EXPECT_EQ(read_process(std::vector<PairSample>(5), 5, {}).problem,
            "0 of 5 planned pairs are valid; 5 without a time above 0");
}

TEST(SamplesTest, says_nothing_over_the_spread_cap) {
  const auto pairs = pairs_split(100, 50, 0.05, 0.0);
  EXPECT_TRUE(read_process(pairs, 100, {}).valid());
  EXPECT_EQ(read_process(pairs, 100, {.max_spread = 0.02}).problem,
            "the pairs spread by 3.71 %, over the cap of 2.00 %");
}

TEST(SamplesTest, says_nothing_on_a_host_that_others_keep_busy_where_the_host_matters) {
  auto pairs = quiet(100);
  for (PairSample& pair : pairs) pair.others_cpu_share = 0.28;
  EXPECT_TRUE(read_process(pairs, 100, {}).valid());
  EXPECT_EQ(read_process(pairs, 100, {.host_bound_expected = true, .max_others_cpu_share = 0.1}).problem,
            "the host was busy: others took 28 % of its processors, over the cap of 10 %; let the gates run alone");
}

TEST(SamplesTest, says_nothing_about_a_gpu_that_waits_for_the_host) {
  auto pairs = quiet(100);
  for (std::size_t index = 0; index < 11; ++index) pairs[index].device_waited = true;
  EXPECT_EQ(read_process(pairs, 100, {}).problem,
            "host-bound: the device may have waited for the host in 11 of 100 pairs; put more calls into a sample");
  EXPECT_TRUE(read_process(pairs, 100, {.host_bound_expected = true}).valid());
  pairs[0].device_waited = false;
  EXPECT_TRUE(read_process(pairs, 100, {}).valid());
}

}  // namespace
}  // namespace attngate::test

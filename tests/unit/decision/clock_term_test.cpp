#include "attngate/decision/clock_term.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "attngate/decision/order_statistics.h"

namespace attngate::test {
namespace {

/// Twenty processes, a third of them at 2040 MHz and the others at 1980; ratios of 0.5 that go with the clock, and some
/// noise.
struct RatiosAndClocks {
  std::vector<double> log_ratios, mhz;
};

RatiosAndClocks processes(double exponent, double noise) {
  RatiosAndClocks all;
  for (int process = 0; process < 20; ++process) {
    all.mhz.push_back(process % 3 == 0 ? 2040 : 1980);
    all.log_ratios.push_back(std::log(0.5) + exponent * std::log(all.mhz.back() / 1980) +
                             noise * std::sin(7.0 * process));
  }
  return all;
}

TEST(ClockTermTest, is_recovered_from_processes_at_two_clocks) {
  const RatiosAndClocks all = processes(-0.4, 0.001);
  const ClockTerm term = fit_clock_term(all.log_ratios, all.mhz);
  EXPECT_NEAR(term.exponent, -0.4, 0.03);
  EXPECT_EQ(term.reference_mhz, 1980);
}

TEST(ClockTermTest, takes_ratios_to_one_clock) {
  const RatiosAndClocks all = processes(-0.4, 0.001);
  const ClockTerm term = fit_clock_term(all.log_ratios, all.mhz);
  std::vector<double> at_one_clock;
  for (std::size_t i = 0; i < all.mhz.size(); ++i)
    at_one_clock.push_back(all.log_ratios[i] - log_clock_effect(term, all.mhz[i]));
  EXPECT_LT(robust_spread(at_one_clock), 0.0015);
  EXPECT_NEAR(median(at_one_clock), std::log(0.5), 0.001);
}

TEST(ClockTermTest, has_no_exponent_where_the_clock_stood_still) {
  RatiosAndClocks all = processes(-0.4, 0.001);
  for (double& mhz : all.mhz) mhz = 1980;
  EXPECT_EQ(fit_clock_term(all.log_ratios, all.mhz), ClockTerm{});
}

TEST(ClockTermTest, has_no_exponent_where_nobody_read_the_clock) {
  RatiosAndClocks all = processes(-0.4, 0.001);
  for (double& mhz : all.mhz) mhz = 0;
  EXPECT_EQ(fit_clock_term(all.log_ratios, all.mhz), ClockTerm{});
  EXPECT_EQ(log_clock_effect({0.5, 1980}, 0), 0);
}

TEST(ClockTermTest, has_no_exponent_where_it_would_not_help) {
  RatiosAndClocks all = processes(0, 0.01);
  const ClockTerm term = fit_clock_term(all.log_ratios, all.mhz);
  std::vector<double> at_one_clock;
  for (std::size_t i = 0; i < all.mhz.size(); ++i)
    at_one_clock.push_back(all.log_ratios[i] - log_clock_effect(term, all.mhz[i]));
  EXPECT_LE(robust_spread(at_one_clock), robust_spread(all.log_ratios));
}

TEST(ClockTermTest, has_no_exponent_from_a_single_stray_clock) {
  RatiosAndClocks all = processes(0, 0.001);
  for (double& mhz : all.mhz) mhz = 1980;
  all.mhz[5] = 2040;
  all.log_ratios[5] += 0.03;
  EXPECT_EQ(fit_clock_term(all.log_ratios, all.mhz), ClockTerm{})
      << "19 pairs of processes differ, fewer than there are processes";
}

TEST(ClockTermTest, has_an_exponent_that_physics_allows) {
  const RatiosAndClocks all = processes(3, 0.0001);
  EXPECT_EQ(fit_clock_term(all.log_ratios, all.mhz).exponent, 1);
}

TEST(ClockTermTest, refuses_a_ratio_without_a_clock) {
  const std::vector<double> one = {0.1}, none;
  EXPECT_THROW(fit_clock_term(one, none), std::invalid_argument);
}

}  // namespace
}  // namespace attngate::test

#include "attngate/gates/proposal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "attngate/base/seeded_random.h"
#include "attngate/decision/sign_test.h"

namespace attngate::test {
namespace {

std::vector<double> ratios(double first, double step) {
  std::vector<double> values;
  for (int index = 0; index < 20; ++index) values.push_back(first + step * index);
  return values;
}

TEST(ProposalTest, is_the_worst_process_rounded_outward) {
  const Proposal speedup = propose_bound(BoundKind::required_speedup, {}, ratios(2.2871, 0.001));
  EXPECT_EQ(speedup.bound, (Bound{BoundKind::required_speedup, 2.28}));
  EXPECT_EQ(speedup.worst, 2.2871);
  EXPECT_EQ(propose_bound(BoundKind::floor, {}, ratios(0.4123, 0.001)).bound.value, 0.412);
  EXPECT_EQ(propose_bound(BoundKind::upper_ratio, {}, ratios(0.4, 0.00101)).bound.value, 0.42);
  EXPECT_EQ(propose_bound(BoundKind::upper_ratio, {}, std::vector<double>(20, 1.01)).bound.value, 1.01);
}

TEST(ProposalTest, states_how_sure_it_is) {
  const Proposal proposal = propose_bound(BoundKind::upper_ratio, {}, ratios(1, 0.001));
  EXPECT_DOUBLE_EQ(proposal.one_process_alarm, 1.0 / 21);
  EXPECT_NEAR(proposal.kept_share, 0.861, 0.0005);
  // p (12 p^11 (1 - p) + p^12) = 12 p^12 - 11 p^13, and p^r has the mean 1 / C(20 + r, r) under Beta(1, 20).
  EXPECT_NEAR(proposal.policy_alarm, 12 / 225792840.0 - 11 / 573166440.0, 1e-15);
  EXPECT_EQ(proposal.text,
            "worst of 20 fresh processes (1.019, median 1.01), rounded outward; false alarms of the policy 3e-08");
}

TEST(ProposalTest, policy_alarm_is_the_rate_seen_when_calibration_and_decision_are_drawn_alike) {
  // A policy that alarms often enough to be counted: 2 of 2 processes after the screen's, each one number.
  Policy policy = single_value_policy();
  policy.processes = 2;
  policy.confirm_alpha = 0.25;
  const double stated = propose_bound(BoundKind::upper_ratio, policy, ratios(1, 0.001)).policy_alarm;
  EXPECT_NEAR(stated, 6.0 / (21 * 22 * 23), 1e-12);  // the worst three places of 23 fall to the fresh three
  SeededRandom random(20240702);
  constexpr int trials = 300000;
  int alarms = 0;
  for (int trial = 0; trial < trials; ++trial) {
    double worst = 0;
    for (int process = 0; process < 20; ++process) worst = std::max(worst, random.uniform());
    alarms += random.uniform() > worst && random.uniform() > worst && random.uniform() > worst;
  }
  EXPECT_NEAR(alarms, stated * trials, 4 * std::sqrt(stated * trials)) << "seed 20240702";
}

TEST(ProposalTest, wants_enough_processes_and_real_numbers) {
  EXPECT_THROW(propose_bound(BoundKind::floor, {}, std::vector<double>(18, 0.5)), std::invalid_argument);
  EXPECT_NO_THROW(propose_bound(BoundKind::floor, {}, std::vector<double>(19, 0.5)));
  std::vector<double> values(20, 0.5);
  for (const double value : {0.0, -1.0, std::nan("")}) {
    values[7] = value;
    EXPECT_THROW(propose_bound(BoundKind::floor, {}, values), std::invalid_argument);
  }
}

}  // namespace
}  // namespace attngate::test

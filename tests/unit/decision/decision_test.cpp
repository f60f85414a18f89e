#include "attngate/decision/decision.h"
#include "simulator.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "unit/decision/one_percent.h"
#include "unit/decision/sample_pairs.h"

namespace attngate::test {
namespace {

constexpr double fast = 0.0;
constexpr double slow = 0.02;

using Processes = std::vector<std::vector<PairSample>>;

Processes slow_processes(std::size_t count, std::size_t slow_ones) {
  Processes processes;
  for (std::size_t index = 0; index < count; ++index) {
    processes.push_back(pairs_split(40, 40, index < slow_ones ? slow : fast, fast));
  }
  return processes;
}

ScreenResult screened(std::size_t above) { return screen(one_percent, {}, {}, pairs_split(201, above, slow, fast)); }

TEST(DecisionTest, screen_flags_from_118_of_201_on) {
  EXPECT_EQ(screened(117).verdict, GateVerdict::pass);
  EXPECT_TRUE(screened(118).flagged());
  EXPECT_EQ(screened(118).reason, "118 of 201 pairs beyond the bound, 118 flag");
}

TEST(DecisionTest, confirmation_fails_from_11_of_12_processes_on) {
  EXPECT_EQ(confirm(one_percent, {}, {}, slow_processes(12, 10)).verdict, GateVerdict::pass);
  const ConfirmResult result = confirm(one_percent, {}, {}, slow_processes(12, 11));
  EXPECT_EQ(result.verdict, GateVerdict::fail);
  EXPECT_EQ(result.reason, "11 of 12 fresh processes beyond the bound, 11 fail");
}

TEST(DecisionTest, a_process_votes_with_more_than_half_of_its_pairs) {
  const auto vote = [](std::size_t above) {
    return confirm(one_percent, {}, {}, Processes(12, pairs_split(40, above, slow, fast))).exceeding;
  };
  EXPECT_EQ(vote(20), 0u);
  EXPECT_EQ(vote(21), 12u);
}

TEST(DecisionTest, fails_only_if_both_stages_do) {
  const ConfirmResult failing = confirm(one_percent, {}, {}, slow_processes(12, 12));
  const ConfirmResult passing = confirm(one_percent, {}, {}, slow_processes(12, 1));
  EXPECT_EQ(decide(one_percent, screened(201), failing).verdict, GateVerdict::fail);
  EXPECT_EQ(decide(one_percent, screened(201), passing).verdict, GateVerdict::pass);
  EXPECT_EQ(decide(one_percent, screened(0), failing).verdict, GateVerdict::pass);
  EXPECT_EQ(decide(one_percent, screened(0)).verdict, GateVerdict::pass);
}

TEST(DecisionTest, is_inconclusive_while_a_flag_is_not_confirmed) {
  const Decision decision = decide(one_percent, screened(201));
  EXPECT_EQ(decision.verdict, GateVerdict::inconclusive);
  EXPECT_EQ(decision.reason,
            "201 of 201 pairs beyond the bound, 118 flag; flagged and not confirmed: run the fresh processes");
}

TEST(DecisionTest, ties_on_the_bound_pass) {
  for (int base = 1; base < 300; ++base) {
    for (const double value : {1.01, 1.7, 3.3, 0.28}) {
      const std::vector<PairSample> ties(201, {.candidate = base * value, .base = static_cast<double>(base)});
      EXPECT_EQ(screen({BoundKind::upper_ratio, value}, {}, {}, ties).exceeding, 0u) << base << " " << value;
      EXPECT_EQ(screen({BoundKind::floor, value}, {}, {}, ties).exceeding, 0u) << base << " " << value;
      EXPECT_EQ(screen({BoundKind::required_speedup, 1 / value}, {}, {}, ties).exceeding, 0u) << base << " " << value;
    }
  }
}

TEST(DecisionTest, shifts_the_critical_count_with_the_valid_pairs) {
  auto pairs = pairs_split(201, 201, slow, fast);
  for (std::size_t index = 0; index < 20; ++index) pairs[index].clock_events = clock_event::hardware_slowdown;
  const ScreenResult result = screen(one_percent, {}, {}, pairs);
  EXPECT_TRUE(result.flagged());
  EXPECT_EQ(result.test.trials, 181u);
  EXPECT_EQ(result.test.critical, 107u);
}

TEST(DecisionTest, is_inconclusive_over_samples_that_say_nothing) {
  auto throttled = pairs_split(201, 201, slow, fast);
  for (PairSample& pair : throttled) pair.clock_events = clock_event::hardware_thermal_slowdown;
  const Decision decision = decide(one_percent, screen(one_percent, {}, {}, throttled));
  EXPECT_EQ(decision.verdict, GateVerdict::inconclusive);
  EXPECT_EQ(decision.reason, "0 of 201 planned pairs are valid; 201 throttled (HwThermal)");
  EXPECT_EQ(decision.log_ratio().count, 0u);
}

TEST(DecisionTest, is_inconclusive_where_the_test_could_not_fail) {
  Policy few;
  few.screen_pairs = 6;
  EXPECT_EQ(screen(one_percent, few, {}, pairs_split(6, 6, slow, fast)).reason,
            "6 pairs are too few to fail at alpha 0.01; take more pairs");
  few.processes = 7;
  EXPECT_EQ(confirm(one_percent, few, {}, slow_processes(7, 7)).verdict, GateVerdict::inconclusive);
}

TEST(DecisionTest, replaces_invalid_processes_and_needs_twelve) {
  Processes processes = slow_processes(12, 12);
  processes[4].resize(3);
  const ConfirmResult short_of_one = confirm(one_percent, {}, {}, processes);
  EXPECT_EQ(short_of_one.verdict, GateVerdict::inconclusive);
  EXPECT_EQ(short_of_one.reason,
            "11 valid of 12 fresh processes, 12 needed; the last invalid one: 3 of 40 planned pairs are valid");
  EXPECT_EQ(decide(one_percent, screened(201), short_of_one).verdict, GateVerdict::inconclusive);
  processes.push_back(slow_processes(1, 1)[0]);
  EXPECT_EQ(confirm(one_percent, {}, {}, processes).verdict, GateVerdict::fail);
  processes.push_back(slow_processes(1, 0)[0]);  // beyond the twelfth valid one: not asked
  EXPECT_EQ(confirm(one_percent, {}, {}, processes).exceeding, 12u);
}

TEST(DecisionTest, decides_about_one_number_a_process) {
  const Policy policy = single_value_policy();
  const Bound floor{BoundKind::floor, 0.28};
  const auto share = [](double value) { return std::vector<PairSample>{{.candidate = 798 * value, .base = 798}}; };
  EXPECT_EQ(screen(floor, policy, {}, share(0.35)).verdict, GateVerdict::pass);
  const ScreenResult flagged = screen(floor, policy, {}, share(0.17));
  EXPECT_TRUE(flagged.flagged());
  EXPECT_EQ(decide(floor, flagged, confirm(floor, policy, {}, Processes(12, share(0.17)))).verdict, GateVerdict::fail);
  EXPECT_EQ(decide(floor, flagged, confirm(floor, policy, {}, Processes(12, share(0.35)))).verdict, GateVerdict::pass);
}

RC_GTEST_PROP(DecisionTest, a_slower_candidate_never_fares_better, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const SimulatedPair model{.slowdown = 0.008, .pair_spread = 0.01, .process_spread = 0.002};
  auto pairs = simulate_process(model, 201, random);
  auto processes = simulate_processes(model, 12, 40, random);
  const GateVerdict before =
      decide(one_percent, screen(one_percent, {}, {}, pairs), confirm(one_percent, {}, {}, processes)).verdict;
  const double factor = 1 + *rc::gen::inRange(0, 40) / 1000.0;
  for (PairSample& pair : pairs) pair.candidate *= factor;
  for (auto& process : processes) {
    for (PairSample& pair : process) pair.candidate *= factor;
  }
  const GateVerdict after =
      decide(one_percent, screen(one_percent, {}, {}, pairs), confirm(one_percent, {}, {}, processes)).verdict;
  RC_ASSERT(before != GateVerdict::fail || after == GateVerdict::fail);
}

RC_GTEST_PROP(DecisionTest, scale_of_the_times_does_not_matter, (std::uint64_t seed)) {
  SeededRandom random(seed);
  auto pairs = simulate_process({.slowdown = 0.0101, .pair_spread = 0.01}, 201, random);
  const std::size_t before = screen(one_percent, {}, {}, pairs).exceeding;
  for (PairSample& pair : pairs) {
    pair.candidate *= 0x1p-20;
    pair.base *= 0x1p-20;
  }
  const std::size_t after = screen(one_percent, {}, {}, pairs).exceeding;
  RC_ASSERT(std::max(before, after) - std::min(before, after) <= 1u);  // a pair within rounding of the bound may move
}

}  // namespace
}  // namespace attngate::test

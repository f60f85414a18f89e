// The whole decision on simulated samples, against what is known of them beforehand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "attngate/decision/decision.h"
#include "attngate/decision/operating_characteristic.h"
#include "attngate/decision/power.h"
#include "simulator.h"
#include "unit/decision/one_percent.h"

namespace attngate::test {
namespace {

// Every seed is fixed; a test that fails prints its own.
constexpr std::uint64_t base_seed = 20240601;

Tally simulate_decisions(const Bound& bound, const SimulatedPair& model, std::size_t decisions, std::uint64_t seed) {
  SeededRandom random(seed);
  Tally tally{.decisions = decisions};
  for (std::size_t index = 0; index < decisions; ++index) {
    const ScreenResult first = screen(bound, {}, {}, simulate_process(model, 201, random));
    if (!first.flagged()) continue;
    ++tally.flagged;
    tally.failed += decide(bound, first, confirm(bound, {}, {}, simulate_processes(model, 12, 40, random))).verdict ==
                    GateVerdict::fail;
  }
  return tally;
}

// Within four standard deviations of a binomial count, and one for rare events.
void expect_count(std::size_t count, std::size_t trials, double probability, const char* what, std::uint64_t seed) {
  const double expected = probability * static_cast<double>(trials);
  EXPECT_NEAR(static_cast<double>(count), expected, 4 * std::sqrt(expected * (1 - probability)) + 1)
      << what << ", seed " << seed;
}

const Bound none{BoundKind::upper_ratio, 1.0};
const Bound two_percent{BoundKind::upper_ratio, 1.02};

TEST(SimulationTest, screen_alarms_at_the_attained_alpha_whatever_the_distribution) {
  SimulatedPair heavy{.student_degrees = 1};
  SimulatedPair spiky{.spike_share = 0.1};
  SimulatedPair drifting{.drift = 0.3, .order_effect = 0.02};
  const double alpha = Policy{}.screen_test().attained_alpha;
  std::uint64_t seed = base_seed;
  for (const SimulatedPair& model : {SimulatedPair{}, heavy, spiky, drifting}) {
    ++seed;
    expect_count(simulate_decisions(none, model, 3000, seed).flagged, 3000, alpha, "no slowdown, no headroom", seed);
  }
}

TEST(SimulationTest, ties_make_alarms_rarer_never_more_frequent) {
  // 200 us on a clock of 1 us, spread 0.5 %: most pairs differ by 0, 1 or 2 steps.
  const Tally tally = simulate_decisions(none, {.clock_step_us = 1}, 3000, base_seed + 10);
  EXPECT_LE(tally.flagged, 3u) << "seed " << base_seed + 10;
  EXPECT_EQ(simulate_decisions(none, {.clock_step_us = 1000}, 100, base_seed + 11).flagged, 0u);
}

TEST(SimulationTest, a_rule_of_one_process_fails_under_process_bias_and_two_stages_do_not) {
  const NoiseModel noise{.pair_spread = 0.005, .process_spread = 0.003};
  const Tally tally = simulate_decisions(none, {.pair_spread = 0.005, .process_spread = 0.003}, 4000, base_seed + 20);
  EXPECT_GT(tally.flagged, 1300u) << "one process alone: a third of all healthy gates";
  expect_count(tally.flagged, 4000, screen_power({}, 0, noise), "flagged", base_seed + 20);
  expect_count(tally.failed, 4000, decision_power({}, 0, noise), "failed", base_seed + 20);
  EXPECT_LE(decision_power({}, 0, noise), false_alarm_limit({}));
}

TEST(SimulationTest, no_false_alarm_in_2000_and_a_3_percent_slowdown_found_with_a_bound_of_2_percent) {
  const SimulatedPair same{.pair_spread = 0.005, .process_spread = 0.003};
  SimulatedPair slower = same;
  slower.slowdown = 0.03;
  EXPECT_EQ(simulate_decisions(two_percent, same, 2000, base_seed + 30).failed, 0u) << "seed " << base_seed + 30;
  const Tally found = simulate_decisions(two_percent, slower, 1000, base_seed + 31);
  expect_count(found.failed, 1000, decision_power({}, excess(two_percent, std::log(1.03)), {0.005, 0.003}), "3 %",
               base_seed + 31);
  EXPECT_GT(found.failed, 980u);
}

TEST(SimulationTest, resolves_half_and_twice_of_1_percent_with_spikes_drift_and_order_effects) {
  SimulatedPair model{.slowdown = 0.005,
                      .pair_spread = 0.0058,
                      .process_spread = 0.0013,
                      .drift = 0.1,
                      .order_effect = 0.004,
                      .spike_share = 0.02};
  EXPECT_EQ(simulate_decisions(one_percent, model, 1000, base_seed + 40).failed, 0u) << "seed " << base_seed + 40;
  model.slowdown = 0.02;
  EXPECT_EQ(simulate_decisions(one_percent, model, 1000, base_seed + 41).failed, 1000u) << "seed " << base_seed + 41;
}

TEST(SimulationTest, power_between_is_the_one_computed_beforehand) {
  for (const double slowdown : {0.011, 0.012, 0.014}) {
    const double predicted = decision_power({}, excess(one_percent, std::log1p(slowdown)), {0.0106, 0.0018});
    const Tally tally = simulate_decisions(
        one_percent, {.slowdown = slowdown, .pair_spread = 0.0106, .process_spread = 0.0018}, 1000, base_seed + 50);
    expect_count(tally.failed, 1000, predicted, "between", base_seed + 50);
  }
}

ProcessRatios ratios_of(const std::vector<std::vector<PairSample>>& processes) {
  ProcessRatios ratios;
  for (const auto& pairs : processes) ratios.push_back(read_process(pairs, pairs.size(), {}).log_ratios);
  return ratios;
}

TEST(SimulationTest, resampling_over_processes_gives_the_rates_of_new_ones) {
  SeededRandom random(base_seed + 60);
  const NoiseModel noise{.pair_spread = 0.005, .process_spread = 0.003};
  const auto processes =
      ratios_of(simulate_processes({.pair_spread = 0.005, .process_spread = 0.003}, 400, 201, random));
  const Tally tally = resample_decisions(none, {}, processes, 20000, 1);
  EXPECT_EQ(tally.decisions, 20000u);
  EXPECT_NEAR(static_cast<double>(tally.flagged) / 20000, screen_power({}, 0, noise), 0.1);
  EXPECT_LT(tally.failure_rate(), 0.005);
  EXPECT_EQ(resample_decisions(one_percent, {}, processes, 5000, 2).failed, 0u);
  EXPECT_EQ(resample_decisions(none, {}, processes, 500, 7).failed,
            resample_decisions(none, {}, processes, 500, 7).failed);
}

TEST(SimulationTest, resampling_agrees_with_decisions_where_samples_leave_no_choice) {
  const ProcessRatios slower(13, std::vector<double>(50, 0.02));
  EXPECT_EQ(resample_decisions(one_percent, {}, slower, 100, 3).failed, 100u);
  EXPECT_EQ(resample_decisions(one_percent, {}, ProcessRatios(13, std::vector<double>(50, 0.005)), 100, 3).flagged, 0u);
  // One process of 13 is slower: it may flag, and eleven others never follow.
  ProcessRatios one_slow(13, std::vector<double>(50, 0.0));
  one_slow[5].assign(50, 0.5);
  const Tally tally = resample_decisions(one_percent, {}, one_slow, 1300, 4);
  expect_count(tally.flagged, 1300, 1.0 / 13, "the slow one drawn for the screen", 4);
  EXPECT_EQ(tally.failed, 0u);
}

TEST(SimulationTest, votes_of_few_processes_limit_the_failures_of_all) {
  const ProcessVotes none_beyond = count_votes(one_percent, {}, ProcessRatios(40, std::vector<double>(40, 0.0)));
  EXPECT_EQ(none_beyond.beyond, 0u);
  EXPECT_NEAR(none_beyond.share_limit, 1 - std::pow(0.05, 1.0 / 40), 1e-12);
  EXPECT_LT(none_beyond.failure_limit, 1e-11);
  // 20 of 40 pairs are not more than half of them; what comes after the 40 is not looked at.
  std::vector<double> half(60, 0.05);
  std::fill_n(half.begin(), 20, 0.0);
  EXPECT_EQ(count_votes(one_percent, {}, ProcessRatios(3, half)).beyond, 0u);
  half[19] = 0.05;
  EXPECT_EQ(count_votes(one_percent, {}, ProcessRatios(3, half)).beyond, 3u);
  EXPECT_EQ(count_votes(one_percent, {}, ProcessRatios(3, half)).failure_limit, 1);
  EXPECT_EQ(count_votes(one_percent, {}, {}).failure_limit, 1);
  EXPECT_THROW(count_votes(one_percent, {}, ProcessRatios(3, {0.0})), std::invalid_argument);
}

TEST(SimulationTest, resampling_says_what_it_needs) {
  EXPECT_THROW(resample_decisions(one_percent, {}, ProcessRatios(12, {0.0}), 10, 1), std::invalid_argument);
  ProcessRatios processes(13, {0.0});
  processes[3].clear();
  EXPECT_THROW(resample_decisions(one_percent, {}, processes, 10, 1), std::invalid_argument);
  processes[3] = {std::nan("")};
  EXPECT_THROW(resample_decisions(one_percent, {}, processes, 10, 1), std::invalid_argument);
}

TEST(SimulationTest, tally_states_its_interval) {
  const Tally tally{.decisions = 4000, .flagged = 10, .failed = 0};
  EXPECT_NEAR(tally.failure_interval().upper, 0.00092, 0.00001);
  EXPECT_EQ(Tally{}.failure_rate(), 0);
  EXPECT_NE(detection_table_text({{0.02, tally}}).find("0.0000 to 0.0009"), std::string::npos);
}

}  // namespace
}  // namespace attngate::test

// A gate from its bound in the file to its line, as the command line and the perf tests put it together.
#include <gtest/gtest.h>

#include <cmath>

#include "attngate/decision/decision_text.h"
#include "attngate/decision/power.h"
#include "attngate/decision/run_rule.h"
#include "attngate/gates/gate_bounds.h"
#include "attngate/source_folders.h"
#include "simulator.h"

namespace attngate::test {
namespace {

constexpr std::uint64_t seed = 20240801;

// `model` takes the place of the sampler and of fresh processes.
Decision run_gate(const Bound& bound, const SimulatedPair& model) {
  const Policy policy;
  const double must_be_found = excess(bound, std::log1p(0.02));
  const ReadingRule rule{.max_spread = spread_cap(policy, must_be_found, 0.0018, 0.99)};
  SeededRandom random(seed);
  const ScreenResult first = screen(bound, policy, rule, simulate_process(model, policy.screen_pairs, random));
  if (!first.flagged()) return decide(bound, first);
  const auto fresh = simulate_processes(model, policy.processes, policy.pairs_per_process, random);
  return decide(bound, first, confirm(bound, policy, rule, fresh));
}

class WholeGateTest : public testing::Test {
 protected:
  const std::vector<GateBound> bounds = read_gate_bounds(gate_bounds_file);
  const Bound self = choose_bound(bounds, "gate.self.from_200us", {"9.0"}).bound.value();
};

TEST_F(WholeGateTest, passes_an_operator_against_itself_and_half_of_the_bound) {
  EXPECT_EQ(run_gate(self, {.slowdown = 0, .process_spread = 0.0013}).verdict, GateVerdict::pass) << "seed " << seed;
  EXPECT_EQ(run_gate(self, {.slowdown = 0.005, .process_spread = 0.0013}).verdict, GateVerdict::pass)
      << "seed " << seed;
}

TEST_F(WholeGateTest, fails_twice_the_bound_and_says_so) {
  const Decision decision = run_gate(self, {.slowdown = 0.02, .process_spread = 0.0013});
  EXPECT_EQ(decision.verdict, GateVerdict::fail) << "seed " << seed;
  const std::string line = decision_line({"planted 2 %", "itself"}, decision);
  EXPECT_NE(line.find("planted 2 % takes 1.0"), std::string::npos) << line;
  EXPECT_NE(line.find("12 of 12 fresh processes beyond the bound, 11 fail"), std::string::npos) << line;
}

TEST_F(WholeGateTest, does_not_decide_over_noise_that_hides_the_slowdown) {
  const Decision decision = run_gate(self, {.pair_spread = 0.11, .process_spread = 0.01});
  EXPECT_EQ(decision.verdict, GateVerdict::inconclusive) << "seed " << seed;
  EXPECT_NE(decision.reason.find("over the cap of 1.76 %"), std::string::npos) << decision.reason;
}

TEST_F(WholeGateTest, is_skipped_on_a_gpu_without_a_bound) {
  const BoundChoice choice = choose_bound(bounds, "gate.path.fast_vs_slow.long.bf16.padding_50", {"9.0"});
  EXPECT_FALSE(choice.bound);
  EXPECT_NE(choice.skip_reason.find("uncalibrated"), std::string::npos);
}

TEST_F(WholeGateTest, adds_up_to_a_run) {
  const std::vector<GateVerdict> verdicts = {run_gate(self, {.slowdown = 0}).verdict,
                                             run_gate(self, {.slowdown = 0.02}).verdict};
  EXPECT_EQ(judge_run(verdicts).text, "1 passed, 1 failed, 0 inconclusive (2 would fail the run)");
}

}  // namespace
}  // namespace attngate::test

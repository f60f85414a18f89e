#include "attngate/gates/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "fake_source.h"

namespace attngate::test {
namespace {

const std::vector<GateBound> bounds_of_a_and_random = {
    {"gate.path.a", "throughput", BoundKind::required_speedup, "a", {}},
    {"gate.path.random", "throughput", BoundKind::required_speedup, "random", {}}};

/// Process p sees fast at 2 + p / 100 times slow.
FakeSource source_twice_as_fast() {
  return FakeSource(
      [](const SampleRequest& request, int process) { return pairs_of(request, 1 / (2 + process / 100.0), 200, 0); });
}

Calibration calibrate(FakeSource& samples, const std::vector<Gate>& gates,
                      const CalibrationOptions& options = {.processes = 20}) {
  return calibrate_gates(
      samples, samples.device_key(), bounds_of_a_and_random, [&](std::uint64_t) { return gates; }, options);
}

TEST(CalibrationTest, asks_fresh_processes_and_keeps_what_each_said) {
  FakeSource samples = source_twice_as_fast();
  const Calibration calibration =
      calibrate(samples, {path_gate_named("gate.path.a"), path_gate_named("gate.path.random#0")});
  EXPECT_EQ(samples.fresh_processes(), 20);
  ASSERT_EQ(calibration.baseline.entries.size(), 1u) << "random cases come once";
  EXPECT_EQ(calibration.baseline.entries[0].values.size(), 20u);
  EXPECT_NEAR(calibration.baseline.entries[0].values[0], 2.01, 1e-9) << "a speed-up, of which the smaller is worse";
  EXPECT_EQ(calibration.baseline.key.compute_capability, "9.0");
}

TEST(CalibrationTest, proposes_the_worst_speedup_rounded_to_the_healthy_side) {
  FakeSource samples = source_twice_as_fast();
  const Calibration calibration = calibrate(samples, {path_gate_named("gate.path.a")});
  ASSERT_EQ(calibration.proposals.size(), 1u);
  EXPECT_LE(calibration.proposals[0].value.value, 2.01);
  EXPECT_GT(calibration.proposals[0].value.value, 1.99);
  EXPECT_NE(calibration.proposals[0].value.source.find("fake"), std::string::npos);
}

/// What stands in the file when so much is proposed where so much stands.
double bound_left(double stands, double proposed, BoundKind kind, StandingBounds standing) {
  std::vector<GateBound> file = {{"gate.path.a", "throughput", kind, "a", {}}};
  file[0].values.push_back({.compute_capability = "9.0", .value = stands, .source = "before", .device = "GPU"});
  Calibration calibration;
  calibration.proposals.push_back(
      {"gate.path.a", {.compute_capability = "9.0", .value = proposed, .source = "now", .device = "GPU"}, {}});
  return with_proposals(file, calibration, standing).at(0).values.at(0).value;
}

TEST(CalibrationTest, keeps_bounds_that_stand_unless_told_otherwise) {
  EXPECT_EQ(bound_left(2, 1.9, BoundKind::required_speedup, StandingBounds::kept), 2);
  EXPECT_EQ(bound_left(2, 2.1, BoundKind::required_speedup, StandingBounds::replaced), 2.1);
}

TEST(CalibrationTest, loosens_bounds_and_never_tightens_them_where_another_gpu_of_the_name_was_calibrated_before) {
  const auto loosened = [](double stands, double proposed, BoundKind kind) {
    return bound_left(stands, proposed, kind, StandingBounds::replaced_where_tighter);
  };
  EXPECT_EQ(loosened(2, 1.9, BoundKind::required_speedup), 1.9);
  EXPECT_EQ(loosened(2, 2.1, BoundKind::required_speedup), 2);
  EXPECT_EQ(loosened(0.4, 0.3, BoundKind::floor), 0.3);
  EXPECT_EQ(loosened(0.4, 0.5, BoundKind::floor), 0.4);
  EXPECT_EQ(loosened(1.1, 1.2, BoundKind::upper_ratio), 1.2);
  EXPECT_EQ(loosened(1.1, 1.05, BoundKind::upper_ratio), 1.1);
}

TEST(CalibrationTest, leaves_a_bound_that_goes_with_the_clock_in_another_way_than_the_proposed_one) {
  std::vector<GateBound> file = {{"gate.path.a", "throughput", BoundKind::required_speedup, "a", {}}};
  file[0].values.push_back({.compute_capability = "9.0", .value = 2, .source = "before", .device = "GPU"});
  Calibration calibration;
  calibration.proposals.push_back(
      {"gate.path.a",
       {.compute_capability = "9.0", .value = 1.9, .source = "now", .device = "GPU", .clock = {-0.5, 1980}},
       {}});
  EXPECT_EQ(with_proposals(file, calibration, StandingBounds::replaced_where_tighter).at(0).values.at(0).value, 2);
}

TEST(CalibrationTest, puts_a_proposal_where_no_bound_stands) {
  Calibration calibration;
  calibration.proposals.push_back(
      {"gate.path.a", {.compute_capability = "9.0", .value = 1.5, .source = "now", .device = "GPU"}, {}});
  EXPECT_EQ(with_proposals(bounds_of_a_and_random, calibration, StandingBounds::kept).at(0).values.at(0).value, 1.5);
}

TEST(CalibrationTest, proposes_no_bound_where_fresh_processes_differ_by_more_than_a_tenth) {
  FakeSource samples([](const SampleRequest& request, int process) {
    return pairs_of(request, 1 / (process == 7 ? 2.0 : 2.3), 200, 0);
  });
  const Calibration calibration = calibrate(samples, {path_gate_named("gate.path.a")});
  EXPECT_TRUE(calibration.proposals.empty());
  ASSERT_EQ(calibration.problems.size(), 1u);
  EXPECT_NE(calibration.problems[0].find("gate.path.a: no bound: fresh processes differ by 15 %"), std::string::npos)
      << calibration.problems[0];
}

TEST(CalibrationTest, gives_gates_that_share_a_bound_the_worst_of_theirs) {
  FakeSource samples([](const SampleRequest& request, int) {
    return pairs_of(request, 1 / (request.candidate.name == "fast" ? 3.0 : 2.0), 200, 0);
  });
  Gate slower = path_gate_named("gate.path.random#1");
  slower.candidate.name = "less_fast";
  const Calibration calibration = calibrate(samples, {path_gate_named("gate.path.random#0"), slower});
  ASSERT_EQ(calibration.proposals.size(), 1u);
  EXPECT_NEAR(calibration.proposals[0].value.value, 2.0, 0.011);
}

TEST(CalibrationTest, measures_other_random_cases_in_each_process) {
  FakeSource samples = source_twice_as_fast();
  std::vector<std::uint64_t> asked;
  calibrate_gates(samples, samples.device_key(), bounds_of_a_and_random,
                  [&](std::uint64_t process) {
                    asked.push_back(process);
                    return std::vector<Gate>{path_gate_named("gate.path.random#0")};
                  },
                  {20, {}});
  EXPECT_EQ(asked.size(), 20u);
  EXPECT_EQ(asked.back(), 19u);
}

TEST(CalibrationTest, hands_over_what_there_is_after_each_process) {
  FakeSource samples = source_twice_as_fast();
  std::vector<std::size_t> values;
  calibrate_gates(
      samples, samples.device_key(), bounds_of_a_and_random,
      [](std::uint64_t) { return std::vector<Gate>{path_gate_named("gate.path.a")}; }, {19, {}}, {},
      [&](const Calibration& so_far) { values.push_back(so_far.baseline.entries.at(0).values.size()); });
  ASSERT_EQ(values.size(), 19u);
  EXPECT_EQ(values.front(), 1u);
  EXPECT_EQ(values.back(), 19u);
}

/// Every third process at a higher clock, with which fast's speed-up goes by its power of 0.5; a little noise.
SampleAnswer at_two_clocks(const SampleRequest& request, int process) {
  const double mhz = process % 3 == 0 ? 2060 : 1980;
  SampleAnswer answer = pairs_of(request, 1 / (2 * std::sqrt(mhz / 1980) * (1 + 0.0004 * (process % 5))), 200, 0);
  for (SamplePair& pair : answer.samples.pairs) pair.base.sm_mhz = pair.candidate.sm_mhz = mhz;
  return answer;
}

TEST(CalibrationTest, proposes_a_bound_for_one_clock_where_the_ratio_goes_with_it) {
  FakeSource samples(at_two_clocks);
  const Calibration calibration =
      calibrate(samples, {path_gate_named("gate.path.a"), path_gate_named("gate.path.random#0")});
  ASSERT_EQ(calibration.proposals.size(), 2u);
  const CalibratedValue& value = calibration.proposals[0].value;
  EXPECT_NEAR(value.clock.exponent, -0.5, 0.02) << "of candidate / base, where fast is the candidate";
  EXPECT_EQ(value.clock.reference_mhz, 1980);
  EXPECT_GE(value.value, 1.99);
  EXPECT_NE(value.source.find(" at 1980 MHz: worst of 20 fresh processes"), std::string::npos) << value.source;
  EXPECT_EQ(calibration.proposals[1].value.clock, ClockTerm{}) << "random cases are other operators in each process";
  ASSERT_EQ(calibration.baseline.entries[0].sm_mhz.size(), 20u);
  std::ostringstream out;
  print_calibration(out, calibration);
  EXPECT_NE(out.str().find("at one clock"), std::string::npos) << out.str();
}

TEST(CalibrationTest, prints_how_far_the_farthest_process_is_from_the_median_and_keeps_how_many_pairs_each_took) {
  FakeSource samples([](const SampleRequest& request, int process) {
    return pairs_of(request, process == 7 ? 0.5 / 0.97 : 0.5, 200, 0);
  });
  CalibrationOptions options{.processes = 20};
  options.gates.policy.pairs_per_process = 75;
  const Calibration calibration = calibrate(samples, {path_gate_named("gate.path.a")}, options);
  EXPECT_EQ(samples.asked.back().most_pairs, 75u);
  EXPECT_EQ(calibration.baseline.pairs_per_process, 75u);
  EXPECT_TRUE(calibration.proposals.at(0).value.source.ends_with("; medians of at most 75 pairs"))
      << calibration.proposals.at(0).value.source;
  std::ostringstream out;
  print_calibration(out, calibration);
  EXPECT_NE(out.str().find("farthest"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("3.00 %"), std::string::npos) << "a speedup of 1.94 among 2.00:\n" << out.str();
}

TEST(CalibrationTest, says_what_could_not_be_measured_and_proposes_nothing_for_it) {
  FakeSource samples([](const SampleRequest&, int) {
    SampleAnswer answer;
    answer.skip_reason = "no such kernel";
    return answer;
  });
  const Calibration calibration = calibrate(samples, {path_gate_named("gate.path.a")});
  EXPECT_TRUE(calibration.proposals.empty());
  ASSERT_EQ(calibration.problems.size(), 1u);
  EXPECT_EQ(calibration.problems[0], "gate.path.a: no such kernel (in 20 processes)");
  std::ostringstream out;
  print_calibration(out, calibration);
  EXPECT_NE(out.str().find("no such kernel"), std::string::npos);
}

TEST(GpuKindTest, calls_the_cpu_by_its_name) {
  EXPECT_EQ(gpu_kind({"cuda", "NVIDIA H200", "9.0", "", "", ""}).compute_capability, "9.0");
  EXPECT_EQ(gpu_kind({"cuda", "NVIDIA H200", "9.0", "", "", ""}).device, "NVIDIA H200");
  EXPECT_EQ(gpu_kind({"cpu", "AMD EPYC", "", "", "", ""}).compute_capability, "cpu");
}

}  // namespace
}  // namespace attngate::test

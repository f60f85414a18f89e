#include "attngate/gates/baseline_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "attngate/gates/calibration.h"
#include "fake_source.h"

namespace attngate::test {
namespace {

const std::vector<GateBound> bounds_of_a = {{"gate.path.a", "throughput", BoundKind::required_speedup, "a", {}}};

/// Process p sees the candidate at `speedup` + p / 100 times the base.
FakeSource source_with_speedup(double speedup) {
  return FakeSource([speedup](const SampleRequest& request, int process) {
    return pairs_of(request, 1 / (speedup + process / 100.0), 200, 0);
  });
}

Baseline stored() {
  FakeSource samples = source_with_speedup(2);
  return calibrate_gates(samples, samples.device_key(), bounds_of_a,
                         [](std::uint64_t) { return std::vector<Gate>{path_gate_named("gate.path.a")}; }, {20, {}})
      .baseline;
}

std::vector<BaselineResult> check(FakeSource& samples, const Baseline& baseline,
                                  const std::string& gate = "gate.path.a") {
  return check_against_baseline(samples, samples.device_key(), bounds_of_a, {path_gate_named(gate)}, baseline, {});
}

TEST(BaselineCheckTest, passes_what_is_as_fast_as_it_was_and_takes_two_fresh_processes) {
  FakeSource samples = source_with_speedup(2.1);
  const std::vector<BaselineResult> results = check(samples, stored());
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].status, GateStatus::pass) << results[0].line;
  EXPECT_EQ(samples.fresh_processes(), 2);
  EXPECT_EQ(samples.expected, 2u);
}

TEST(BaselineCheckTest, fails_a_speedup_that_is_smaller_than_all_on_record_and_passes_a_larger_one) {
  FakeSource slower = source_with_speedup(1.5), faster = source_with_speedup(3);
  const std::vector<BaselineResult> results = check(slower, stored());
  EXPECT_EQ(results[0].status, GateStatus::fail) << results[0].line;
  EXPECT_TRUE(verdict_of(results).fails);
  EXPECT_EQ(slower.fresh_processes(), 4);
  EXPECT_EQ(check(faster, stored())[0].status, GateStatus::pass);
}

TEST(BaselineCheckTest, passes_what_is_slower_in_two_processes_and_not_in_the_next_two) {
  FakeSource samples(
      [](const SampleRequest& request, int process) { return pairs_of(request, process <= 2 ? 1.0 : 0.4, 200, 0); });
  const std::vector<BaselineResult> results = check(samples, stored());
  EXPECT_EQ(results[0].status, GateStatus::pass) << results[0].line;
  EXPECT_FALSE(verdict_of(results).fails);
}

TEST(BaselineCheckTest, takes_as_many_pairs_a_process_as_those_on_record) {
  FakeSource samples = source_with_speedup(2.1);
  Baseline baseline = stored();
  baseline.pairs_per_process = 75;
  check(samples, baseline);
  EXPECT_EQ(samples.asked.back().most_pairs, 75u);
}

TEST(BaselineCheckTest, tells_another_device_of_the_same_name_where_both_are_known) {
  Baseline baseline = stored();
  DeviceKey device = source_with_speedup(2).device_key();
  EXPECT_EQ(device_note(baseline, device), "");
  device.uuid = "GPU-2";
  EXPECT_EQ(device_note(baseline, device), "") << "nobody knows";
  baseline.key.uuid = "GPU-1";
  EXPECT_NE(device_note(baseline, device).find("(GPU-1; this one is GPU-2)"), std::string::npos)
      << device_note(baseline, device);
  device.uuid = "GPU-1";
  EXPECT_EQ(device_note(baseline, device), "");
}

TEST(BaselineCheckTest, skips_another_key_and_an_unknown_gate_with_the_reason_and_measures_nothing) {
  FakeSource samples = source_with_speedup(2);
  Baseline other = stored();
  other.key.driver = "2";
  const std::vector<BaselineResult> results = check(samples, other);
  EXPECT_EQ(results[0].status, GateStatus::skipped);
  EXPECT_NE(results[0].line.find("driver '1' here, '2' there"), std::string::npos) << results[0].line;
  EXPECT_NE(check(samples, stored(), "gate.path.b")[0].line.find("no entry"), std::string::npos);
  EXPECT_TRUE(samples.asked.empty());
}

TEST(BaselineCheckTest, is_inconclusive_where_a_fresh_process_cannot_measure) {
  FakeSource samples([](const SampleRequest&, int) {
    SampleAnswer answer;
    answer.error = "out of memory";
    return answer;
  });
  const std::vector<BaselineResult> results = check(samples, stored());
  EXPECT_EQ(results[0].status, GateStatus::inconclusive);
  EXPECT_EQ(results[0].line, "out of memory");
  std::ostringstream out;
  print_baseline_check(out, results);
  EXPECT_NE(out.str().find("0 passed, 0 failed, 1 inconclusive"), std::string::npos) << out.str();
}

}  // namespace
}  // namespace attngate::test

#include "attngate/gates/baseline.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numeric>
#include <stdexcept>

#include "attngate/base/gate_data_error.h"
#include "attngate/base/seeded_random.h"
#include "attngate/report/results.h"
#include "unit/edited_text.h"
#include "unit/refusal.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

const DeviceKey h200{.type = "cuda",
                     .name = "NVIDIA H200",
                     .compute_capability = "9.0",
                     .driver = "580.65.06",
                     .cuda = "13.0",
                     .libtorch = "2.11.0"};
const char* const entry_line = "dtype=bf16 heads=16 head_dim=128 lengths=2048x4";

Baseline sample() {
  const BaselineEntry entry{.gate = "gate.build",
                            .line = entry_line,
                            .quantity = "gpu_time",
                            .unit = "us",
                            .kind = BoundKind::upper_ratio,
                            .values = {217.1, 216.0, 218.25}};
  return {.key = h200, .written = "2026-01-31T12:00:00Z", .entries = {entry}};
}

TEST(BaselineTest, gives_back_what_was_written) {
  const ScratchFolder folder;
  write_baseline(folder / "h200.json", sample());
  EXPECT_EQ(read_baseline(folder / "h200.json"), sample());
}

TEST(BaselineTest, keeps_which_device_it_was_and_how_many_pairs_a_process_took_where_they_are_known) {
  Baseline baseline = sample();
  EXPECT_EQ(baseline_to_json(baseline).find("uuid"), std::string::npos);
  baseline.key.uuid = "GPU-1";
  baseline.pairs_per_process = 101;
  EXPECT_EQ(parse_baseline(baseline_to_json(baseline), "F"), baseline);
  EXPECT_EQ(refusal_by<GateDataError>([&] { parse_baseline(with(baseline_to_json(baseline), "101", "0"), "F"); }),
            "F: field 'pairs_per_process': allowed is a whole number of 1 or more");
}

TEST(BaselineTest, reads_a_file_of_version_1_with_its_spelling) {
  Baseline expected = sample();
  expected.key.type = "";
  expected.key.uuid = "GPU-1";
  EXPECT_EQ(parse_baseline(R"({"schema": "attngate.gate_baseline", "version": 1,
    "key": {"device": "NVIDIA H200", "compute_capability": "9.0", "driver": "580.65.06", "cuda": "13.0",
            "libtorch": "2.11.0"},
    "written": "2026-01-31T12:00:00Z", "uuid": "GPU-1",
    "entries": [{"gate": "gate.build", "case": "dtype=bf16 heads=16 head_dim=128 lengths=2048x4",
                 "quantity": "gpu_time", "unit": "us", "kind": "upper_ratio", "values": [217.1, 216.0, 218.25]}]})",
                           "F"),
            expected);
}

TEST(BaselineTest, says_what_is_wrong_with_a_file) {
  const std::string good = baseline_to_json(sample());
  const auto refused = [](const std::string& text) {
    return refusal_by<GateDataError>([&] { parse_baseline(text, "F"); });
  };
  EXPECT_EQ(refused(good.substr(0, good.size() / 2)), "F: is not JSON, or only a part of it");
  EXPECT_EQ(refused(good + "}"), "F: is not JSON, or only a part of it");
  EXPECT_EQ(refused(with(good, "gate_baseline", "results")),
            "F: field 'schema': allowed is \"attngate.gate_baseline\"");
  EXPECT_EQ(refused(with(good, "\"driver\": \"580.65.06\",", "")), "F: key: field 'driver' is missing");
  EXPECT_EQ(refused(with(good, "\"driver\"", "\"host\": \"x\", \"driver\"")), "F: key: field 'host' is unknown");
  EXPECT_EQ(refused(with(good, "217.1", "null")),
            "F: entries[0] (gate.build): field 'values': allowed is a list of numbers above 0, one or more");
  EXPECT_EQ(refused(with(good, "217.1", "-217.1")),
            "F: entries[0] (gate.build): field 'values': allowed is a list of numbers above 0, one or more");
  EXPECT_EQ(refused(with(good, "\"us\"", "\"ms\"")),
            "F: entries[0] (gate.build): field 'unit': allowed is us, bytes, ratio, share; this is 'ms'");
}

TEST(BaselineTest, names_a_file_that_is_missing_or_cut_short) {
  const ScratchFolder folder;
  EXPECT_EQ(refusal_by<GateDataError>([&] { read_baseline(folder / "none"); }),
            "baseline '" + folder / "none" + "': cannot be read: No such file or directory");
  const std::string text = baseline_to_json(sample());
  write_text(folder / "cut", text.substr(0, text.size() - 20));
  EXPECT_EQ(refusal_by<GateDataError>([&] { read_baseline(folder / "cut"); }),
            "baseline '" + folder / "cut" + "': is not JSON, or only a part of it");
}

TEST(BaselineTest, writes_nothing_that_it_could_not_read) {
  const ScratchFolder folder;
  for (const double value : {std::nan(""), std::numeric_limits<double>::infinity(), 0.0, -1.0}) {
    Baseline baseline = sample();
    baseline.entries[0].values[1] = value;
    EXPECT_THROW(write_baseline(folder / "b", baseline), std::invalid_argument) << value;
  }
  Baseline baseline = sample();
  baseline.entries.push_back(baseline.entries[0]);
  EXPECT_THROW(write_baseline(folder / "b", baseline), std::invalid_argument);
  EXPECT_EQ(file_text(folder / "b"), "");
  EXPECT_THROW(write_baseline(folder / "no/such/b", sample()), ResultsError);
}

TEST(BaselineTest, finds_an_entry_under_the_same_key_only) {
  const Baseline baseline = sample();
  ASSERT_NE(find_entry(baseline, h200, "gate.build", entry_line).entry, nullptr);
  DeviceKey other = h200;
  other.driver = "570.1";
  other.name = "NVIDIA H100";
  const BaselineChoice choice = find_entry(baseline, other, "gate.build", entry_line);
  EXPECT_EQ(choice.entry, nullptr);
  EXPECT_EQ(choice.skip_reason,
            "the baseline is of another key: name 'NVIDIA H100' here, 'NVIDIA H200' there; driver '570.1' here, "
            "'580.65.06' there; 'attngate gate "
            "calibrate' writes one for this machine");
  EXPECT_EQ(find_entry(baseline, h200, "gate.build", "dtype=fp32 heads=1 head_dim=8 lengths=1").skip_reason,
            "the baseline has no entry for gate.build on 'dtype=fp32 heads=1 head_dim=8 lengths=1'; 'attngate gate "
            "calibrate' writes one for this machine");
}

TEST(BaselineTest, fails_when_both_fresh_runs_are_worse_than_all_stored) {
  BaselineEntry entry = sample().entries[0];
  EXPECT_TRUE(compare_with_baseline(entry, 218.3, 219).fails);
  EXPECT_FALSE(compare_with_baseline(entry, 218.25, 219).fails);
  EXPECT_FALSE(compare_with_baseline(entry, 219, 217).fails);
  EXPECT_DOUBLE_EQ(compare_with_baseline(entry, 219, 217).false_alarm, 2.0 / (4 * 5));
  entry.kind = BoundKind::floor;
  EXPECT_TRUE(compare_with_baseline(entry, 215, 214).fails);
  EXPECT_FALSE(compare_with_baseline(entry, 215, 217).fails);
  EXPECT_THROW(compare_with_baseline(entry, std::nan(""), 1), std::invalid_argument);
  entry.values.clear();
  EXPECT_THROW(compare_with_baseline(entry, 1, 1), std::invalid_argument);
}

TEST(BaselineTest, alarms_as_often_as_it_states) {
  SeededRandom random(20240701);
  constexpr int trials = 40000;
  int alarms = 0;
  BaselineEntry entry = sample().entries[0];
  entry.values.assign(8, 1);
  for (int trial = 0; trial < trials; ++trial) {
    for (double& value : entry.values) value = random.uniform();
    alarms += compare_with_baseline(entry, random.uniform(), random.uniform()).fails;
  }
  EXPECT_NEAR(alarms, trials * 2.0 / 90, 4 * std::sqrt(trials * 2.0 / 90)) << "seed 20240701";
}

RC_GTEST_PROP(BaselineTest, gives_back_any_values_to_the_last_bit, ()) {
  Baseline baseline = sample();
  baseline.entries[0].values = *rc::gen::nonEmpty(rc::gen::container<std::vector<double>>(
      rc::gen::map(rc::gen::positive<double>(), [](double value) { return std::abs(value); })));
  for (const double value : baseline.entries[0].values) RC_PRE(std::isfinite(value) && value > 0);
  RC_ASSERT(parse_baseline(baseline_to_json(baseline), "F") == baseline);
}

TEST(BaselineTest, keeps_the_clock_of_each_process) {
  Baseline baseline = sample();
  baseline.entries[0].sm_mhz = {1980, 1977.5, 2040};
  EXPECT_EQ(parse_baseline(baseline_to_json(baseline), "F"), baseline);
  baseline.entries[0].sm_mhz.pop_back();
  EXPECT_THROW(baseline_to_json(baseline), std::invalid_argument);
}

}  // namespace
}  // namespace attngate::test

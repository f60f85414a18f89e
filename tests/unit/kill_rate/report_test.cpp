#include "attngate/kill_rate/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "attngate/base/usage_error.h"
#include "unit/golden.h"
#include "unit/refusal.h"

namespace attngate::faults {
namespace {

FaultRun sample_run() {
  FaultRun run;
  run.device = {.type = "cpu", .name = "some CPU", .libtorch = "2.11.0"};
  run.budget = {.cases_per_property = 200, .seconds = 5, .seed = 0xa77e};
  run.properties = {"agreement"};
  Judgement control;
  control.cases = 200;
  run.controls = {control};
  Judgement killed;
  killed.name = "length_short_by_one";
  killed.killed = true;
  killed.property = "agreement";
  killed.status = "wrong result";
  killed.cases = 3;
  killed.line = "dtype=fp32 heads=1 head_dim=1 lengths=2";
  killed.sequences = 1;
  killed.tokens = 2;
  killed.shrink_seconds = 0.04;
  killed.seconds = 1;
  Judgement survivor;
  survivor.name = "scale_off_by_half_percent";
  survivor.cases = 1200;
  survivor.seconds = 4;
  survivor.unseen = "within the rounding";
  run.judgements = {killed, survivor};
  RivalColumn rival;
  rival.name = "2x rule";
  rival.tests = 200;
  rival.seconds = 2;
  rival.faults = {{"length_short_by_one", true, 4}, {"scale_off_by_half_percent", false, 200}};
  rival.healthy_tests = 800;
  rival.false_alarms = 6;
  run.rivals = {rival};
  return run;
}

std::string table_of(const FaultRun& run) {
  std::ostringstream out;
  print_fault_table(out, run, DType::fp32);
  return out.str();
}

TEST(FaultTableTest, has_a_row_for_each_fault_with_every_check_and_the_smallest_case) {
  test::expect_golden("kill_rate/fault_table", table_of(sample_run()));
}

TEST(FaultTableTest, shouts_where_a_survivor_has_no_reason) {
  FaultRun run = sample_run();
  run.judgements.back().unseen.clear();
  EXPECT_NE(table_of(run).find("UNEXPLAINED"), std::string::npos);
}

TEST(FaultTableTest, leaves_out_other_dtypes) {
  FaultRun run = sample_run();
  for (Judgement& judgement : run.judgements) judgement.dtype = DType::bf16;
  EXPECT_EQ(table_of(run).find("length_short_by_one"), std::string::npos);
}

TEST(FaultTableTest, says_flaky_of_what_held_when_it_ran_again) {
  FaultRun run = sample_run();
  run.judgements.front().flaky = true;
  EXPECT_NE(table_of(run).find("killed (flaky)"), std::string::npos);
}

TEST(FaultSummaryTest, has_a_row_for_each_check_with_its_false_alarms) {
  std::ostringstream out;
  print_summary(out, sample_run(), {DType::fp32});
  const std::string text = out.str();
  EXPECT_NE(
      text.find(
          "fp32   attngate  1 of 2     50.0 %      3          1       2             0.04  0 of 200 cases     5.0"),
      std::string::npos)
      << text;
  EXPECT_NE(
      text.find(
          "fp32   2x rule   1 of 2     50.0 %                                              6 of 800 runs     2.0"),
      std::string::npos)
      << text;
}

TEST(FaultJsonTest, keeps_everything_a_reader_needs) {
  FaultRun run = sample_run();
  run.shortfalls = {"fp32: kill rate too low"};
  const nlohmann::json json = nlohmann::json::parse(to_json(run, {DType::fp32}));
  EXPECT_EQ(json.at("schema"), "attngate.faults");
  EXPECT_EQ(json.at("version"), 2);
  EXPECT_EQ(json.at("seed"), "0xa77e");
  EXPECT_EQ(json.at("shortfalls").size(), 1u);
  EXPECT_EQ(json.at("controls").at(0).at("cases"), 200);
  EXPECT_EQ(json.at("faults").at(0).at("line"), "dtype=fp32 heads=1 head_dim=1 lengths=2");
  EXPECT_EQ(json.at("faults").at(1).at("unseen"), "within the rounding");
  EXPECT_EQ(json.at("summaries").at(0).at("kill_rate"), 0.5);
  EXPECT_EQ(json.at("summaries").at(0).at("survivors").at(0), "scale_off_by_half_percent");
  EXPECT_EQ(json.at("rivals").at(0).at("false_alarms"), 6);
  EXPECT_EQ(json.at("rivals").at(0).at("faults").at(0).at("tests"), 4);
}

TEST(FaultMeasurementsTest, carry_the_dtype_and_the_rival_in_their_names) {
  std::ostringstream out;
  write_fault_measurements(out, sample_run(), {DType::fp32});
  const std::string text = out.str();
  EXPECT_NE(text.find("name=\"fp32.kill_rate\">0.5<"), std::string::npos) << text;
  EXPECT_NE(text.find("name=\"fp32.2x_rule.false_alarms\">6<"), std::string::npos) << text;
}

TEST(FaultTableTest, does_not_say_of_a_fault_that_never_ran_that_it_survives) {
  FaultRun run = sample_run();
  run.judgements[1].cases = 0;
  run.rivals[0].faults[1].tests = 0;
  const std::string table = table_of(run);
  EXPECT_EQ(table.find("survives"), std::string::npos) << table;
  EXPECT_NE(table.find("never ran"), std::string::npos) << table;
}

FaultRun run_with_options(const std::string& options) {
  FaultRun run;
  run.options = options;
  return run;
}

TEST(TakeOverTest, takes_every_judgement_of_an_unfinished_run) {
  FaultRun earlier = sample_run();
  earlier.options = "seed=0xa77e";
  earlier.judgements[0].dtype = DType::bf16;
  earlier.judgements[0].cases_by_property = {{"agreement", 3}};
  FaultRun run = run_with_options("seed=0xa77e");
  take_over(run, to_json(earlier, {DType::fp32, DType::bf16}), "x.json");
  EXPECT_EQ(to_json(run, {}), [&] {
    earlier.rivals.clear();
    FaultRun same = run_with_options("seed=0xa77e");
    same.controls = earlier.controls;
    same.judgements = earlier.judgements;
    return to_json(same, {});
  }());
  EXPECT_EQ(run.judgements.size(), 2u);
}

TEST(TakeOverTest, refuses_a_run_of_other_options_and_what_is_no_such_file) {
  FaultRun earlier = sample_run();
  earlier.options = "seed=0x1";
  const auto refusal = [&](const std::string& text) {
    FaultRun run = run_with_options("seed=0x2");
    return test::refusal_by<UsageError>([&] { take_over(run, text, "x.json"); });
  };
  EXPECT_EQ(refusal(to_json(earlier, {})),
            "--resume: 'x.json' is of another run: it has 'seed=0x1' and not 'seed=0x2'; resume it with the options "
            "that it was made with, or name another file");
  EXPECT_NE(refusal("{").find("--resume: 'x.json' cannot be gone on with: is not JSON"), std::string::npos);
  EXPECT_NE(refusal("{}").find("'schema' is missing"), std::string::npos);
}

}  // namespace
}  // namespace attngate::faults

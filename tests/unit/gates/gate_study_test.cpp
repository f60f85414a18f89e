#include "attngate/gates/gate_study.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "attngate/base/usage_error.h"
#include "attngate/gates/shape_class.h"
#include "attngate/report/results.h"
#include "fake_source.h"

namespace attngate::test {
namespace {

const std::vector<GateBound> self_bounds = {
    {"gate.self.test", "gpu_time", BoundKind::upper_ratio, "self", {{"9.0", 1.01, "this test"}}}};

std::vector<Gate> self_gates() {
  Gate gate;
  gate.name = "gate.self.test#same";
  gate.kind = GateKind::self;
  gate.attention_case = case_of(shape_class("wide"), 0, DType::bf16, 1);
  gate.candidate = gate.base = {"sdpa.flash", "SDPA", InputForm::padded};
  gate.quantity = Quantity::gpu_time;
  return {gate};
}

/// Spins add what they should; pairs spread by 0.3 % or so.
FakeSource honest_source() {
  return FakeSource([](const SampleRequest& request, int process) {
    SampleRequest seeded = request;
    seeded.seed = static_cast<std::uint64_t>(process) * 1000 +
                  static_cast<std::uint64_t>(1000 * request.candidate.spin_us.value());
    return pairs_of(seeded, 1 + request.candidate.spin_us.value() / 200, 200, 0.005);
  });
}

GateStudy study_of(FakeSource& source, const std::vector<Gate>& gates) {
  StudyOptions options;
  options.processes = 16;
  options.decisions = 200;
  return study_gates(source, self_bounds, GpuKind{"9.0"}, gates, options);
}

TEST(GateStudyTest, finds_slowdowns_beyond_the_bound_and_never_those_within) {
  FakeSource source = honest_source();
  const GateStudy study = study_of(source, self_gates());
  EXPECT_EQ(source.fresh_processes(), 16);
  ASSERT_EQ(study.curves.size(), 1u);
  for (const StudyArm& arm : study.curves[0].arms) {
    EXPECT_NEAR(arm.achieved, arm.planted, 0.001);
    EXPECT_EQ(arm.ratios.size(), 16u);
    if (arm.planted <= 0.005) {
      EXPECT_EQ(arm.tally.failed, 0u) << arm.planted;
    } else if (arm.planted >= 0.02) {
      EXPECT_EQ(arm.tally.failed, arm.tally.decisions) << arm.planted;
    }
  }
}

TEST(GateStudyTest, tells_what_it_found) {
  FakeSource source = honest_source();
  const GateStudy study = study_of(source, self_gates());
  std::ostringstream out;
  print_study(out, study);
  EXPECT_NE(out.str().find("2.00 %"), std::string::npos) << out.str();
}

TEST(GateStudyTest, writes_all_that_its_plot_needs) {
  FakeSource source = honest_source();
  GateStudy study = study_of(source, self_gates());
  nlohmann::json curve = nlohmann::json::parse(study_to_json(study, "fake")).at("curves").at(0);
  ASSERT_EQ(curve.at("arms").size(), study.curves[0].arms.size());
  for (const nlohmann::json& arm : curve.at("arms")) {
    const double share = arm.at("failed").get<double>() / arm.at("decisions").get<double>();
    EXPECT_LE(arm.at("failed_from").get<double>(), share);
    EXPECT_GE(arm.at("failed_to").get<double>(), share);
  }
  const nlohmann::json& computed = curve.at("computed");
  EXPECT_EQ(computed.front(), nlohmann::json({0.0, computed.front().at(1)}));
  EXPECT_LT(computed.front().at(1), 0.001) << "without a slowdown";
  EXPECT_NEAR(computed.back().at(0), study.curves[0].arms.back().achieved, 1e-12);
  EXPECT_GT(computed.back().at(1), 0.999) << "at three times what is forgiven";
  study.curves[0].arms.back().tally = {};
  curve = nlohmann::json::parse(study_to_json(study, "fake")).at("curves").at(0);
  EXPECT_FALSE(curve.contains("computed")) << "decisions that nobody has tallied yet";
}

TEST(GateStudyTest, is_decided_anew_from_its_file_with_the_same_tallies) {
  FakeSource source = honest_source();
  const GateStudy study = study_of(source, self_gates());
  StoredStudy stored = study_from_json(study_to_json(study, "fake"));
  EXPECT_EQ(stored.device, "fake");
  decide_anew(stored.study, 200);
  ASSERT_EQ(stored.study.curves.size(), 1u);
  ASSERT_EQ(stored.study.curves[0].arms.size(), study.curves[0].arms.size());
  for (std::size_t arm = 0; arm < study.curves[0].arms.size(); ++arm) {
    EXPECT_EQ(stored.study.curves[0].arms[arm].tally.failed, study.curves[0].arms[arm].tally.failed);
    EXPECT_EQ(stored.study.curves[0].arms[arm].achieved, study.curves[0].arms[arm].achieved);
  }
  EXPECT_THROW(study_from_json("{}"), ResultsError);
}

TEST(GateStudyTest, keeps_the_policy_that_it_was_made_for) {
  FakeSource source = honest_source();
  GateStudy study = study_of(source, self_gates());
  study.policy.pairs_per_process = 21;
  study.policy.processes = 9;
  const std::string text = study_to_json(study, "fake");
  EXPECT_EQ(study_from_json(text).study.policy, study.policy);
  study.policy.pairs_per_process = 100'000;
  EXPECT_THROW(study_from_json(study_to_json(study, "fake")), ResultsError) << "more than a process has";
  study.policy.pairs_per_process = 0;
  EXPECT_THROW(study_from_json(study_to_json(study, "fake")), ResultsError);
}

TEST(GateStudyTest, leaves_out_a_process_with_all_its_arms_where_one_cannot_be_used) {
  FakeSource honest = honest_source();
  FakeSource source([&](const SampleRequest& request, int process) {
    SampleAnswer answer = honest.sample(request, false);
    if (process == 3 && request.candidate.spin_us.value() > 4) answer.error = "CUDA error: out of memory";
    return answer;
  });
  const GateStudy study = study_of(source, self_gates());
  EXPECT_EQ(study.processes, 15u);
  ASSERT_EQ(study.problems.size(), 1u);
  EXPECT_NE(study.problems[0].find("out of memory"), std::string::npos);
  for (const StudyArm& arm : study.curves[0].arms) EXPECT_EQ(arm.ratios.size(), 15u);
}

TEST(GateStudyTest, gives_up_with_a_reason_where_too_few_processes_can_be_used) {
  FakeSource source([](const SampleRequest&, int) {
    SampleAnswer answer;
    answer.error = "no device";
    return answer;
  });
  EXPECT_THROW(study_of(source, self_gates()), std::runtime_error);
}

TEST(GateStudyTest, refuses_gates_among_which_is_no_self_gate) {
  FakeSource source = honest_source();
  std::vector<Gate> gates = self_gates();
  gates[0].kind = GateKind::path;
  EXPECT_THROW(study_of(source, gates), UsageError);
}

}  // namespace
}  // namespace attngate::test

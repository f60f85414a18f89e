#include "attngate/gates/gate_run.h"

#include <gtest/gtest.h>

#include <sstream>

#include "attngate/base/usage_error.h"
#include "attngate/case/text.h"
#include "attngate/gates/gate_json.h"
#include "attngate/gates/gate_table.h"
#include "attngate/gates/shape_class.h"
#include "fake_source.h"

namespace attngate::test {
namespace {

GateBound bound_of(const std::string& gate, BoundKind kind, double value) {
  return {gate, "throughput", kind, "of this test", {{"9.0", value, "this test"}}};
}

Gate path_gate() {
  Gate gate;
  gate.name = "gate.path.test";
  gate.kind = GateKind::path;
  gate.attention_case = case_of(shape_class("short"), 0.5, DType::bf16, 1);
  gate.candidate = {"nn_mha_fast.flash", "fast", InputForm::nested};
  gate.base = {"nn_mha_slow.efficient", "slow", InputForm::padded};
  return gate;
}

Gate self_gate(double planted, bool must_fail) {
  Gate gate = path_gate();
  gate.name = "gate.self.test#arm";
  gate.kind = GateKind::self;
  gate.attention_case = case_of(shape_class("wide"), 0, DType::bf16, 1);
  gate.candidate = gate.base = {"sdpa.flash", "SDPA", InputForm::padded};
  gate.quantity = Quantity::gpu_time;
  gate.planted_slowdown = planted;
  gate.must_fail = must_fail;
  return gate;
}

const std::vector<GateBound> path_and_self_bounds = {bound_of("gate.path.test", BoundKind::required_speedup, 1.8),
                                                     bound_of("gate.self.test", BoundKind::upper_ratio, 1.01)};

GateResult run(FakeSource& source, const Gate& gate, GateOptions options = {}) {
  return GateRunner(source, path_and_self_bounds, GpuKind{"9.0"}, options).run(gate);
}

FakeSource always(double ratio) {
  return FakeSource([ratio](const SampleRequest& request, int) { return pairs_of(request, ratio); });
}

TEST(GateRunnerTest, passes_what_keeps_its_bound_without_a_fresh_process) {
  FakeSource source = always(1 / 2.31);
  const GateResult result = run(source, path_gate());
  EXPECT_EQ(result.status, GateStatus::pass);
  EXPECT_EQ(source.fresh_processes(), 0);
  EXPECT_TRUE(result.line.starts_with("fast is 2.310 times as fast as slow")) << result.line;
  EXPECT_NE(result.line.find("at least 1.8 required"), std::string::npos) << result.line;
}

TEST(GateRunnerTest, fails_what_breaks_its_bound_in_twelve_fresh_processes_too) {
  FakeSource source = always(1 / 1.7);
  const GateResult result = run(source, path_gate());
  EXPECT_EQ(result.status, GateStatus::fail) << result.line;
  EXPECT_EQ(source.fresh_processes(), 12);
  EXPECT_EQ(result.answers.size(), 13u);
  EXPECT_EQ(source.asked.front().most_pairs, 101u) << "a path gate's bound is far away";
}

TEST(GateRunnerTest, judges_processes_by_as_many_pairs_as_their_budget_had_room_for) {
  FakeSource source([](SampleRequest request, int) {
    request.most_pairs = 15;
    return pairs_of(request, 1 / 1.7);
  });
  const GateResult result = run(source, path_gate());
  EXPECT_EQ(result.status, GateStatus::fail) << result.line;
  std::string problem;
  EXPECT_TRUE(GateRunner(source, path_and_self_bounds, GpuKind{"9.0"}, {}).measure(path_gate(), true, problem))
      << problem;
}

TEST(GateRunnerTest, fails_where_a_fresh_process_cannot_measure_what_the_screen_could) {
  FakeSource source([](const SampleRequest& request, int process) {
    SampleAnswer answer = pairs_of(request, 1 / 1.7);
    if (process == 5) answer.error = "died by SIGSEGV";
    return answer;
  });
  const GateResult result = run(source, path_gate());
  EXPECT_EQ(result.status, GateStatus::fail);
  EXPECT_NE(result.line.find("died by SIGSEGV"), std::string::npos) << result.line;
}

TEST(GateRunnerTest, lets_a_self_gate_spread_as_its_operators_do) {
  // 1.06 %: the widest pairs of an operator of 200 us and more that were seen (docs/gates.md).
  FakeSource source([](const SampleRequest& request, int) {
    return pairs_of(request, 1, 200, 0.0106 * 2.45);
  });  // sd of a difference of two uniforms
  const GateResult result = run(source, self_gate(0, false));
  EXPECT_EQ(result.status, GateStatus::pass) << result.line;
}

TEST(GateRunnerTest, confirms_all_flagged_gates_in_the_same_fresh_processes) {
  FakeSource source = always(1 / 1.7);
  Gate other = path_gate();
  other.name += "#1";
  const std::vector<GateResult> results =
      GateRunner(source, path_and_self_bounds, GpuKind{"9.0"}, {}).run({path_gate(), other});
  EXPECT_EQ(results.at(0).status, GateStatus::fail);
  EXPECT_EQ(results.at(1).status, GateStatus::fail);
  EXPECT_EQ(results.at(1).gate.name, other.name);
  EXPECT_EQ(source.expected, 12u) << "started together";
  EXPECT_EQ(source.fresh_processes(), 12);
}

TEST(GateRunnerTest, tells_of_each_gate_once_and_of_those_at_once_that_need_no_confirmation) {
  FakeSource source([](const SampleRequest& request, int) {
    return pairs_of(request, request.candidate.name == "slow" ? 1 / 1.7 : 1 / 2.0);
  });
  Gate flagged = path_gate();
  flagged.name += "#flagged";
  flagged.candidate.name = "slow";
  std::vector<std::string> told;
  GateRunner(source, path_and_self_bounds, GpuKind{"9.0"}, {})
      .run({flagged, path_gate()}, [&](const GateResult& result) { told.push_back(result.gate.name); });
  EXPECT_EQ(told, (std::vector<std::string>{path_gate().name, flagged.name}));
}

TEST(GateRunnerTest, forgives_one_slow_process) {
  FakeSource source(
      [](const SampleRequest& request, int process) { return pairs_of(request, process == 0 ? 1 / 1.7 : 1 / 1.9); });
  const GateResult result = run(source, path_gate());
  EXPECT_EQ(result.status, GateStatus::pass) << result.line;
  EXPECT_EQ(source.fresh_processes(), 12);
}

TEST(GateRunnerTest, leaves_a_flagged_gate_inconclusive_where_nothing_may_confirm_it) {
  FakeSource source = always(1 / 1.7);
  GateOptions options;
  options.confirm = false;
  EXPECT_EQ(run(source, path_gate(), options).status, GateStatus::inconclusive);
}

TEST(GateRunnerTest, replaces_processes_whose_samples_are_invalid_up_to_three_times) {
  const auto throttled_in = [](int first, int last) {
    return FakeSource([=](const SampleRequest& request, int process) {
      SampleAnswer answer = pairs_of(request, 1 / 1.7);
      if (process >= first && process <= last)
        answer.samples.clocks_after.event_reasons = clock_event::hardware_thermal_slowdown;
      return answer;
    });
  };
  FakeSource some = throttled_in(1, 3), many = throttled_in(1, 4), at_once = throttled_in(0, 0);
  EXPECT_EQ(run(some, path_gate()).status, GateStatus::fail);
  EXPECT_EQ(some.fresh_processes(), 15);
  EXPECT_EQ(run(many, path_gate()).status, GateStatus::inconclusive);
  const GateResult result = run(at_once, path_gate());
  EXPECT_EQ(result.status, GateStatus::inconclusive);
  EXPECT_NE(result.line.find("HwThermal"), std::string::npos) << result.line;
}

TEST(GateRunnerTest, skips_a_gate_without_a_bound_for_this_gpu_and_says_why) {
  FakeSource source = always(1);
  Gate unknown = path_gate();
  unknown.name = "gate.path.unheard_of";
  EXPECT_EQ(run(source, unknown).status, GateStatus::skipped);
  const GateResult other_gpu = GateRunner(source, path_and_self_bounds, GpuKind{"8.0"}, {}).run(path_gate());
  EXPECT_EQ(other_gpu.status, GateStatus::skipped);
  EXPECT_NE(other_gpu.line.find("8.0"), std::string::npos) << other_gpu.line;
  EXPECT_TRUE(source.asked.empty());
}

TEST(GateRunnerTest, skips_a_path_that_does_not_promise_to_run_and_fails_one_that_breaks_its_promise) {
  FakeSource refuses([](const SampleRequest&, int) {
    SampleAnswer answer;
    answer.skip_reason = "flash takes no fp32";
    return answer;
  });
  FakeSource breaks([](const SampleRequest&, int) {
    SampleAnswer answer;
    answer.error = "claims backend flash, but math was seen to run";
    return answer;
  });
  EXPECT_EQ(run(refuses, path_gate()).status, GateStatus::skipped);
  const GateResult broken = run(breaks, path_gate());
  EXPECT_EQ(broken.status, GateStatus::fail);
  EXPECT_NE(broken.line.find("math was seen to run"), std::string::npos) << broken.line;
}

TEST(GateRunnerTest, plants_a_spin_of_the_share_of_the_bases_own_time) {
  FakeSource source([](const SampleRequest& request, int) {
    return pairs_of(request, 1 + request.candidate.spin_us.value() / 200, 200, 0);
  });
  const GateResult must_fail = run(source, self_gate(0.02, true));
  EXPECT_EQ(must_fail.status, GateStatus::pass) << must_fail.line;
  EXPECT_TRUE(must_fail.line.ends_with(", as it must")) << must_fail.line;
  EXPECT_EQ(source.asked.at(0).candidate.spin_us, 0) << "the trial";
  EXPECT_NEAR(source.asked.at(1).candidate.spin_us.value(), 4, 1e-9);
  EXPECT_EQ(source.asked.at(1).base.spin_us, 0) << "so that the launch of the spin is on both sides";
  EXPECT_EQ(run(source, self_gate(0.005, false)).status, GateStatus::pass);
  EXPECT_EQ(run(source, self_gate(0, false)).status, GateStatus::pass);
}

TEST(GateRunnerTest, fails_when_a_planted_slowdown_goes_unseen) {
  FakeSource source = always(1);
  const GateResult result = run(source, self_gate(0.02, true));
  EXPECT_EQ(result.status, GateStatus::fail);
  EXPECT_TRUE(result.line.ends_with(": it does not fail, but must")) << result.line;
}

TEST(GateRunnerTest, calls_gpu_times_in_which_the_device_waited_inconclusive) {
  FakeSource source([](const SampleRequest& request, int) {
    SampleAnswer answer = pairs_of(request, 1);
    for (SamplePair& pair : answer.samples.pairs) pair.candidate.launches_hidden = false;
    return answer;
  });
  EXPECT_EQ(run(source, self_gate(0, false)).status, GateStatus::inconclusive);
}

TEST(GateRunnerTest, holds_the_rate_of_a_roofline_gate_against_the_peak_of_the_same_process) {
  Gate gate = self_gate(0, false);
  gate.name = "gate.roofline.test";
  gate.kind = GateKind::roofline;
  const double flops = sdpa_work(gate.attention_case, InputForm::padded).flops;
  const std::vector<GateBound> floor = {bound_of("gate.roofline.test", BoundKind::floor, 0.28)};
  const auto source_at = [&](double share) {
    return FakeSource([=](const SampleRequest& request, int) {
      EXPECT_TRUE(request.ceilings);
      SampleAnswer answer = pairs_of(request, 1, 1e6 * flops / (share * 8e14), 0);
      answer.ceilings = MeasuredCeilings{8e14, 3e12};
      return answer;
    });
  };
  FakeSource fused = source_at(0.4), unfused = source_at(0.1);
  const GateResult good = GateRunner(fused, floor, GpuKind{"9.0"}, {}).run(gate);
  EXPECT_EQ(good.status, GateStatus::pass) << good.line;
  EXPECT_NEAR(good.flops_per_second / good.peak_flops_per_second, 0.4, 1e-3);
  EXPECT_EQ(GateRunner(unfused, floor, GpuKind{"9.0"}, {}).run(gate).status, GateStatus::fail);
}

TEST(GateRunnerTest, holds_peak_bytes_against_each_other_whatever_the_times) {
  Gate gate = path_gate();
  gate.name = "gate.memory.test";
  gate.kind = GateKind::memory;
  const std::vector<GateBound> bound = {bound_of("gate.memory.test", BoundKind::upper_ratio, 0.5)};
  const auto source_at = [&](std::uint64_t bytes) {
    return FakeSource([=](const SampleRequest& request, int) {
      SampleAnswer answer = pairs_of(request, 3);
      answer.samples.candidate.peak_bytes = bytes;
      answer.samples.base.peak_bytes = 1000;
      return answer;
    });
  };
  FakeSource nested = source_at(400), padded = source_at(1000);
  EXPECT_EQ(GateRunner(nested, bound, GpuKind{"9.0"}, {}).run(gate).status, GateStatus::pass);
  EXPECT_EQ(GateRunner(padded, bound, GpuKind{"9.0"}, {}).run(gate).status, GateStatus::fail);
}

TEST(GateRunnerTest, makes_the_planted_mistake_in_the_candidate_alone) {
  FakeSource source = always(1 / 2.31);
  GateOptions options;
  options.mistake = PlantedMistake::math_backend;
  run(source, path_gate(), options);
  EXPECT_EQ(source.asked.back().candidate.name, "nn_mha_fast.math");
  EXPECT_EQ(source.asked.back().base.name, "nn_mha_slow.efficient");
  options.mistake = PlantedMistake::padding;
  run(source, path_gate(), options);
  EXPECT_EQ(source.asked.back().candidate.name, "nn_mha_slow.efficient");
  options.mistake = PlantedMistake::upcast;
  run(source, path_gate(), options);
  EXPECT_EQ(parse_line(source.asked.back().candidate.line).dtype, DType::fp32);
  EXPECT_EQ(parse_line(source.asked.back().base.line).dtype, DType::bf16);
  EXPECT_EQ(source.asked.back().candidate.name, "nn_mha_fast.efficient");
  Gate roofline = self_gate(0, false);
  roofline.name = "gate.roofline.test";
  roofline.kind = GateKind::roofline;
  const std::vector<GateBound> floor = {bound_of("gate.roofline.test", BoundKind::floor, 0.28)};
  GateRunner(source, floor, GpuKind{"9.0"}, options).run(roofline);
  EXPECT_EQ(parse_line(source.asked.back().candidate.line).dtype, DType::fp32);
  EXPECT_EQ(parse_line(source.asked.back().base.line).dtype, DType::bf16) << "whose peak it is held against";
  EXPECT_THROW(parse_planted_mistake("maths"), UsageError);
}

TEST(GateRunnerTest, has_no_backend_to_get_wrong_in_a_compiled_path) {
  FakeSource source = always(1 / 2.31);
  Gate compiled = path_gate();
  compiled.candidate = {"compiled_nn_mha", "compiled", InputForm::padded};
  GateOptions options;
  options.mistake = PlantedMistake::math_backend;
  EXPECT_EQ(run(source, compiled, options).status, GateStatus::skipped);
  options.mistake = PlantedMistake::upcast;
  run(source, compiled, options);
  EXPECT_EQ(source.asked.back().candidate.name, "compiled_nn_mha");
  EXPECT_EQ(parse_line(source.asked.back().candidate.line).dtype, DType::fp32);
}

TEST(GateRunnerTest, measures_a_ratio_for_a_calibration) {
  FakeSource source = always(0.5);
  std::string problem;
  const std::optional<MeasuredRatio> measured =
      GateRunner(source, path_and_self_bounds, GpuKind{"9.0"}, {}).measure(path_gate(), true, problem);
  ASSERT_TRUE(measured) << problem;
  EXPECT_NEAR(measured->ratio, 0.5, 1e-3);
  EXPECT_EQ(measured->sm_mhz, 0) << "nobody read the clock";
  EXPECT_EQ(source.fresh_processes(), 1);
}

/// At this clock.
FakeSource always_at(double ratio, double mhz) {
  return FakeSource([=](const SampleRequest& request, int) {
    SampleAnswer answer = pairs_of(request, ratio);
    for (SamplePair& pair : answer.samples.pairs) pair.base.sm_mhz = pair.candidate.sm_mhz = mhz;
    return answer;
  });
}

TEST(GateRunnerTest, takes_ratios_to_the_clock_that_the_bound_is_for) {
  // The candidate computes and the base moves memory: candidate / base goes with the clock's power of -1.
  std::vector<GateBound> at_1980 = {bound_of("gate.path.test", BoundKind::required_speedup, 1.8)};
  at_1980[0].values[0].clock = {-1, 1980};
  const auto verdict = [&](double ratio, double mhz) {
    FakeSource source = always_at(ratio, mhz);
    return GateRunner(source, at_1980, GpuKind{"9.0"}, {}).run(path_gate());
  };
  EXPECT_EQ(verdict(1 / 1.82, 1980).status, GateStatus::pass);
  const GateResult slow_clock = verdict(1 / 1.82 * 1980 / 1900, 1900);
  EXPECT_EQ(slow_clock.status, GateStatus::pass) << slow_clock.line;
  EXPECT_TRUE(slow_clock.line.starts_with("fast is 1.820 times as fast as slow")) << slow_clock.line;
  EXPECT_EQ(verdict(1 / 1.78 * 1980 / 2070, 2070).status, GateStatus::fail) << "the clock hides no slowdown";
  EXPECT_EQ(verdict(1 / 1.82, 0).status, GateStatus::pass) << "an unknown clock changes nothing";
}

TEST(GateTableTest, shows_each_gate_and_why_it_did_not_pass) {
  FakeSource good = always(1 / 2.31), bad = always(1 / 1.7);
  const std::vector<GateResult> results = {run(good, path_gate()), run(bad, path_gate())};
  std::ostringstream out;
  print_gate_table(out, results);
  EXPECT_NE(out.str().find("path.test"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("101 + 12 processes"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("fast is 1.700 times as fast as slow"), std::string::npos) << out.str();
  EXPECT_TRUE(verdict_of(results).fails);
  EXPECT_FALSE(verdict_of({results.front()}).fails);
}

TEST(GateJsonTest, keeps_every_sample) {
  FakeSource source = always(1 / 1.7);
  const std::string text = gates_to_json(source.device_key(), {}, {run(source, path_gate())});
  EXPECT_NE(text.find("\"schema\": \"attngate.gates\""), std::string::npos);
  std::size_t processes = 0;
  for (std::size_t at = text.find("\"warm_up_calls\""); at != std::string::npos;
       at = text.find("\"warm_up_calls\"", at + 1))
    ++processes;
  EXPECT_EQ(processes, 2u * 13u);
}

}  // namespace
}  // namespace attngate::test

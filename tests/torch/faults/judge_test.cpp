#include "attngate/faults/judge.h"

#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <memory>

#include "attngate/case/text.h"
#include "device_under_test.h"
#include "fake_fault.h"

namespace attngate::faults {
namespace {

Fault fake_fault(Edit output) { return fault_of("fake", std::move(output)); }

Judgement judgement_of(const Fault& fault, const Budget& budget = {.cases_per_property = 20, .seconds = 60}) {
  FaultJudge judge({fault}, device_under_test(), {find_property("agreement"), find_property("weights")}, budget,
                   /*in_process=*/true);
  return judge.judge_fault(fault, DType::fp32);
}

TEST(JudgeTest, kills_what_is_always_wrong_at_the_first_case_with_tokens_and_shrinks_it_to_one_number) {
  const Judgement judgement = judgement_of(fake_fault([](Attention& a) { a.output = a.output.add(1); }));
  EXPECT_TRUE(judgement.killed);
  EXPECT_FALSE(judgement.flaky);
  EXPECT_EQ(judgement.name, "fake");
  EXPECT_EQ(judgement.property, "agreement");
  EXPECT_EQ(judgement.status, "wrong result");
  EXPECT_LT(judgement.cases, 5u);
  EXPECT_EQ(judgement.line, "dtype=fp32 heads=1 head_dim=1 lengths=1");
  EXPECT_EQ(judgement.sequences, 1);
  EXPECT_EQ(judgement.tokens, 1);
  EXPECT_GT(judgement.shrink_attempts, 0u);
}

TEST(JudgeTest, runs_every_property_to_the_end_of_the_budget_where_nothing_is_wrong) {
  const Judgement judgement = judgement_of(fake_fault([](Attention&) {}));
  EXPECT_FALSE(judgement.killed) << judgement.line << ": " << judgement.reason;
  EXPECT_EQ(judgement.cases, 40u);
  EXPECT_TRUE(judgement.property.empty());
}

TEST(JudgeTest, names_the_property_that_kills) {
  const Judgement judgement = judgement_of(fake_fault([](Attention& a) {
    if (a.weights.defined()) a.weights = a.weights.mul(2);
  }));
  EXPECT_TRUE(judgement.killed);
  EXPECT_EQ(judgement.property, "weights");
  EXPECT_EQ(judgement.cases, 21u);
}

TEST(JudgeTest, looks_at_every_property_before_it_runs_all_cases_of_one) {
  const Judgement judgement = judgement_of(fake_fault([](Attention& a) {
                                             if (a.weights.defined()) a.weights = a.weights.mul(2);
                                           }),
                                           {.cases_per_property = 200, .seconds = 60});
  EXPECT_EQ(judgement.property, "weights");
  EXPECT_LT(judgement.cases, 60u);
}

TEST(JudgeTest, takes_an_error_for_a_kill) {
  const Judgement judgement = judgement_of(fake_fault([](Attention&) { TORCH_CHECK(false, "planted"); }));
  EXPECT_TRUE(judgement.killed);
  EXPECT_EQ(judgement.status, "unexpected error");
  EXPECT_NE(judgement.reason.find("planted"), std::string::npos) << judgement.reason;
}

TEST(JudgeTest, calls_flaky_what_holds_when_it_runs_again) {
  const auto calls = std::make_shared<int>(0);
  const Judgement judgement = judgement_of(fake_fault([calls](Attention& a) {
    if (++*calls == 5) a.output = a.output.add(1);
  }));
  EXPECT_TRUE(judgement.killed);
  EXPECT_TRUE(judgement.flaky);
  EXPECT_GE(judgement.cases, 5u);
  EXPECT_EQ(judgement.line, judgement.first_line);
}

TEST(JudgeTest, tries_the_corpus_on_what_survives_the_first_look) {
  const Fault fault = fake_fault([](Attention& a) {
    if (a.columns() == 777) a.output = a.output.add(1);
  });
  Budget budget{.cases_per_property = 5, .seconds = 60};
  EXPECT_FALSE(judgement_of(fault, budget).killed);
  budget.corpus = {parse_line("dtype=fp16 heads=1 head_dim=1 lengths=777"),
                   parse_line("dtype=fp32 heads=1 head_dim=1 lengths=777")};
  const Judgement judgement = judgement_of(fault, budget);
  EXPECT_TRUE(judgement.killed);
  EXPECT_EQ(judgement.cases, 11u);
}

TEST(JudgeTest, carries_the_reason_why_nothing_can_see_a_fault) {
  Fault fault = fake_fault([](Attention&) {});
  fault.unseen = {{DType::bf16, "too coarse"}, {DType::fp32, "equivalent"}};
  EXPECT_EQ(judgement_of(fault).unseen, "equivalent");
  EXPECT_EQ(reason_unseen(fault, DType::fp16), "");
}

TEST(JudgeTest, does_not_count_what_the_base_without_the_fault_fails_as_well) {
  Property suspicious = *find_property("agreement");
  suspicious.name = "suspicious";
  suspicious.bind = [](const PropertyContext& context) {
    return [name = context.only.front()](const AttentionCase&) {
      Verdict verdict;
      verdict.holds = false;
      verdict.reason = "out of suspicion";
      PathOutcome& outcome = verdict.paths.emplace_back();
      outcome.path = name;
      outcome.status = PathStatus::wrong_result;
      return verdict;
    };
  };
  const Fault fault = fake_fault([](Attention&) {});
  FaultJudge judge({fault}, device_under_test(), {&suspicious}, {.cases_per_property = 3, .seconds = 60},
                   /*in_process=*/true);
  const Judgement judgement = judge.judge_fault(fault, DType::fp32);
  EXPECT_FALSE(judgement.killed);
  EXPECT_EQ(judgement.false_alarm.find("suspicious, dtype=fp32 "), 0u) << judgement.false_alarm;
  EXPECT_TRUE(judge.judge_healthy_paths(DType::fp32).killed);
}

TEST(JudgeTest, judges_the_same_in_workers) {
  if (device_under_test().is_cuda()) GTEST_SKIP() << "this process uses CUDA already: no worker could be forked";
  const Fault fault = fake_fault([](Attention& a) { a.output = a.output.add(1); });
  FaultJudge judge({fault}, device_under_test(), {find_property("agreement")},
                   {.cases_per_property = 20, .seconds = 60});
  EXPECT_FALSE(judge.judge_healthy_paths(DType::fp32).killed);
  const Judgement judgement = judge.judge_fault(fault, DType::fp32);
  EXPECT_TRUE(judgement.killed);
  EXPECT_EQ(judgement.line, "dtype=fp32 heads=1 head_dim=1 lengths=1");
}

TEST(JudgeTest, holds_all_healthy_paths_together) {
  FaultJudge judge({}, device_under_test(), {find_property("agreement")}, {.cases_per_property = 20, .seconds = 60},
                   /*in_process=*/true);
  const Judgement judgement = judge.judge_healthy_paths(DType::fp32);
  EXPECT_FALSE(judgement.killed) << judgement.line << ": " << judgement.reason;
  EXPECT_EQ(judgement.cases, 20u);
}

}  // namespace
}  // namespace attngate::faults

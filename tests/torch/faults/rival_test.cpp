#include "attngate/faults/rival.h"

#include <ATen/ops/allclose.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <limits>

#include "attngate/faults/standard_normal.h"
#include "fake_fault.h"
#include "tensors.h"

namespace attngate::faults {
namespace {

constexpr double no_limit = std::numeric_limits<double>::infinity();

/// Three tests of one case, which accept rows of which none exceeds 1,000.
Rival fake_rival() {
  return {"fake", [](std::uint64_t index) -> std::optional<RivalTest> {
            if (index >= 3) return std::nullopt;
            return RivalTest{inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=4,2"),
                             [](const at::Tensor& rows) { return rows.abs().max().item<double>() < 1000; }};
          }};
}

RivalVerdict verdict_of(const Rival& rival, const Fault& fault) {
  return run_rival(rival, {fault}, DType::fp32, no_limit).faults.front();
}

TEST(RunRivalTest, holds_every_fault_and_every_healthy_path_against_each_test) {
  const auto calls = std::make_shared<int>(0);
  const RivalColumn column = run_rival(fake_rival(),
                                       {fault_of("large", [](Attention& a) { a.output = a.output.mul(1e6); }),
                                        fault_of("second call",
                                                 [calls](Attention& a) {
                                                   if (++*calls == 2) a.output = a.output.mul(1e6);
                                                 }),
                                        fault_of("none", [](Attention&) {})},
                                       DType::fp32, no_limit);
  EXPECT_EQ(column.name, "fake");
  EXPECT_EQ(column.tests, 3u);
  ASSERT_EQ(column.faults.size(), 3u);
  EXPECT_TRUE(column.faults[0].killed);
  EXPECT_EQ(column.faults[0].tests, 1u);
  EXPECT_TRUE(column.faults[1].killed);
  EXPECT_EQ(column.faults[1].tests, 2u);
  EXPECT_FALSE(column.faults[2].killed);
  EXPECT_EQ(column.faults[2].tests, 3u);
  EXPECT_EQ(column.killed(), 2u);
  EXPECT_EQ(column.healthy_tests, 3 * std::size(all_bases));
  EXPECT_EQ(column.false_alarms, 0u);
}

TEST(RunRivalTest, takes_an_error_and_a_wrong_shape_for_a_kill) {
  EXPECT_TRUE(verdict_of(fake_rival(), fault_of("throws", [](Attention&) { TORCH_CHECK(false, "planted"); })).killed);
  EXPECT_TRUE(
      verdict_of(fake_rival(), fault_of("cut", [](Attention& a) { a.output = a.output.narrow(1, 0, 1); })).killed);
}

TEST(RunRivalTest, counts_what_it_refuses_of_healthy_paths) {
  const Rival suspicious{
      "suspicious", [](std::uint64_t index) -> std::optional<RivalTest> {
        if (index > 0) return std::nullopt;
        return RivalTest{inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=4"), [](const at::Tensor&) { return false; }};
      }};
  const RivalColumn column = run_rival(
      suspicious, {fault_of("wrong", [](Attention& a) { a.output = a.output.add(1); })}, DType::fp32, no_limit);
  EXPECT_EQ(column.false_alarms, std::size(all_bases));
  EXPECT_FALSE(column.faults.front().killed) << "who refuses everybody convicts nobody";
}

TEST(RunRivalTest, ends_when_the_time_is_up) {
  EXPECT_EQ(run_rival(fake_rival(), {fault_of("none", [](Attention&) {})}, DType::fp32, 0).tests, 0u);
}

TEST(RunRivalTest, gives_the_inputs_back_as_they_were) {
  Fault fault = fault_of("writes", [](Attention& a) { a.inputs.tokens().fill_(1e6); });
  fault.writes_inputs = true;
  const RivalColumn column =
      run_rival(fake_rival(), {fault, fault_of("none", [](Attention&) {})}, DType::fp32, no_limit);
  EXPECT_FALSE(column.faults[1].killed);
}

TEST(TwicePlainRuleTest, accepts_a_little_and_refuses_a_lot) {
  const Rival rival = twice_plain_rule(DType::fp32, device_under_test(), 0xa77e, 5);
  EXPECT_FALSE(verdict_of(rival, fault_of("none", [](Attention&) {})).killed);
  const RivalVerdict wrong = verdict_of(rival, fault_of("wrong", [](Attention& a) { a.output = a.output.add(1); }));
  EXPECT_TRUE(wrong.killed);
  EXPECT_EQ(run_rival(rival, {fault_of("none", [](Attention&) {})}, DType::fp32, no_limit).tests, 5u);
}

TEST(TwicePlainRuleTest, refuses_nan) {
  const Rival rival = twice_plain_rule(DType::fp32, device_under_test(), 0xa77e, 1);
  EXPECT_TRUE(verdict_of(rival, fault_of("nan", [](Attention& a) { a.output = a.output.mul(std::nan("")); })).killed);
}

const Fault& named(const std::vector<Fault>& faults, const std::string& name) {
  return *std::ranges::find(faults, name, &Fault::name);
}

TEST(SeedProgramsTest, accept_healthy_paths_and_refuse_exchanged_heads) {
  const std::vector<Fault> faults = all_faults();
  const RivalColumn column =
      run_rival(seed_programs(DType::fp32, device_under_test()),
                {named(faults, "heads_not_transposed"), named(faults, "query_bias_missing")}, DType::fp32, no_limit);
  EXPECT_EQ(column.tests, 2u);  // sdp.py's grid without and with padding; the other program is fp16 alone
  EXPECT_EQ(column.false_alarms, 0u);
  EXPECT_TRUE(column.faults[0].killed);
  EXPECT_FALSE(column.faults[1].killed) << "sdp.py's biases are 0: it cannot miss one";
}

TEST(StandardNormalTest, gives_one_set_of_numbers_in_every_form_and_nothing_else) {
  StandardNormal numbers_from(device_under_test(), 7);
  const AttentionCase ragged = parse_line("dtype=fp32 heads=2 head_dim=64 lengths=40,3,25");
  const CaseInputs inputs = numbers_from.inputs(ragged, numbers_from.attention_parameters(ragged));
  const at::Tensor rows = inputs.dense().reshape({-1, 128}).index_select(0, inputs.dense_row_of_token());
  EXPECT_TRUE(same_bytes(rows, inputs.tokens()));
  EXPECT_TRUE(same_bytes(token_rows(inputs.nested(), inputs), inputs.tokens()));
  EXPECT_NEAR(inputs.dense().pow(2).sum().item<double>() / static_cast<double>(inputs.tokens().numel()), 1, 0.1);
  EXPECT_NEAR(inputs.tokens().mean().item<double>(), 0, 0.1);
}

TEST(StandardNormalTest, leaves_the_padding_mask_alone) {
  StandardNormal numbers_from(device_under_test(), 7);
  const AttentionCase ragged = parse_line("dtype=fp32 heads=2 head_dim=8 lengths=4,3");
  const CaseInputs inputs = numbers_from.inputs(ragged, numbers_from.linear_parameters(ragged));
  EXPECT_TRUE(same_bytes(inputs.key_padding_mask(), CaseInputs(ragged, device_under_test()).key_padding_mask()));
}

}  // namespace
}  // namespace attngate::faults

#include "attngate/sweep/sdp_sweep.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "attngate/base/usage_error.h"

namespace attngate::test {
namespace {

SweepPlan default_plan(const std::set<std::string>& registered = {}) { return plan_sdp({}, {}, registered); }

const SweepOperator& operator_named(const SweepPoint& point, const std::string& label) {
  return *std::ranges::find(point.request.operators, label, &SweepOperator::label);
}

TEST(SdpGridTest, is_by_default_the_programs_single_experiment_and_its_six) {
  const SweepPlan plan = default_plan();
  ASSERT_EQ(plan.points.size(), 7u);
  const AttentionCase& single = plan.points[0].attention_case;
  EXPECT_EQ(single.lengths, std::vector<std::int64_t>(128, 512));
  EXPECT_EQ(single.num_heads, 8);
  EXPECT_EQ(single.embed_dim(), 512);
  EXPECT_EQ(single.dtype, DType::fp16);
  EXPECT_EQ(plan.points[1].configuration.at("dtype"), "torch.bfloat16");
  EXPECT_EQ(plan.points[1].configuration.at("pad_percentage"), "None");
  EXPECT_EQ(plan.points[2].configuration.at("pad_percentage"), "0.9");
  EXPECT_EQ(plan.points[6].configuration.at("dtype"), "torch.float32");
}

TEST(SdpGridTest, begins_with_the_programs_columns) {
  const CsvRow header = header_of(default_plan());
  const CsvRow programs = {"batch_size",
                           "num_heads",
                           "max_sequence_len",
                           "embed_dimension",
                           "dtype",
                           "pad_percentage",
                           "enable_math",
                           "enable_flash",
                           "enable_mem_efficient",
                           "enable_cudnn",
                           "nn_mha_time (\u00B5s)",
                           "compiled_nn_mha_time (\u00B5s)",
                           "composite_mha_time (\u00B5s)",
                           "compiled_composite_mha_time (\u00B5s)"};
  ASSERT_GT(header.size(), programs.size());
  EXPECT_TRUE(std::ranges::equal(
      programs, CsvRow(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(programs.size()))));
}

TEST(SdpGridTest, without_padding_is_dense_and_without_a_mask_and_with_it_nested) {
  const SweepPlan plan = default_plan();
  const SweepPoint &dense = plan.points[1], &nested = plan.points[2];
  EXPECT_EQ(dense.attention_case.mask, MaskKind::none);
  EXPECT_EQ(operator_named(dense, "nn_mha").path, "nn_mha_fast_dense");
  EXPECT_EQ(operator_named(dense, "composite_mha").path, "composite_sdpa_dense");
  EXPECT_EQ(nested.attention_case.mask, MaskKind::padding);
  EXPECT_EQ(nested.attention_case.max_length(), 256);
  EXPECT_LT(nested.attention_case.total_tokens(), 256 * 256 / 5);
  EXPECT_EQ(operator_named(nested, "nn_mha").path, "nn_mha_fast");
  EXPECT_EQ(operator_named(nested, "composite_mha").path, "composite_sdpa_nested");
}

TEST(SdpGridTest, asks_for_weights_as_the_program_does_and_again_without) {
  const SweepPlan plan = default_plan();
  EXPECT_TRUE(operator_named(plan.points[0], "nn_mha").need_weights);
  EXPECT_FALSE(operator_named(plan.points[0], "nn_mha_no_weights").need_weights);
}

TEST(SdpGridTest, hands_its_four_switches_to_every_operator_and_column) {
  SdpGrid grid;
  grid.switches = {.math = true, .flash = false, .efficient = true, .cudnn = false};
  const SweepPlan plan = plan_sdp(grid, {}, {});
  for (std::uint64_t index = 0; index < plan.points.size(); ++index) {
    const SweepPoint point = plan.points[index];
    for (const SweepOperator& one : point.request.operators) EXPECT_EQ(one.switches, grid.switches) << one.label;
    EXPECT_EQ(point.configuration.at("enable_math"), "True");
    EXPECT_EQ(point.configuration.at("enable_flash"), "False");
    EXPECT_EQ(point.configuration.at("enable_mem_efficient"), "True");
    EXPECT_EQ(point.configuration.at("enable_cudnn"), "False");
  }
}

TEST(SdpGridTest, skips_compiled_paths_that_are_not_registered_and_padded_ones_as_the_program_does) {
  const SweepPlan without = default_plan(), with = default_plan({"compiled_nn_mha", "compiled_composite_sdpa"});
  EXPECT_EQ(operator_named(without.points[0], "compiled_nn_mha").skip_reason,
            "this attngate has no path compiled_nn_mha");
  for (const char* label : {"compiled_nn_mha", "compiled_composite_mha"}) {
    EXPECT_EQ(operator_named(with.points[0], label).skip_reason, "");
    EXPECT_NE(operator_named(with.points[2], label).skip_reason, "") << "sdp.py compiles without padding only";
  }
}

TEST(SdpGridTest, can_leave_the_single_experiment_or_the_grid_out_but_not_both) {
  SdpGrid grid;
  grid.single = false;
  EXPECT_EQ(plan_sdp(grid, {}, {}).points.size(), 6u);
  grid = {};
  grid.grid = false;
  EXPECT_EQ(plan_sdp(grid, {}, {}).points.size(), 1u);
  grid.single = false;
  EXPECT_THROW(plan_sdp(grid, {}, {}), UsageError);
}

TEST(SdpGridTest, names_the_options_that_differ_from_the_defaults_whatever_is_registered) {
  EXPECT_EQ(default_plan({"compiled_nn_mha"}).changed_options, "sdp: every option as by default");
  SdpGrid grid;
  grid.check_all = true;
  grid.single = false;
  grid.pad_percentages = {std::nullopt, 0.5};
  grid.switches.cudnn = false;
  EXPECT_EQ(plan_sdp(grid, {}, {}).changed_options,
            "sdp: single=0 pad_percentages=None,0.5 enable_cudnn=0 check_all=1");
}

TEST(PadPercentageTest, is_none_or_a_share) {
  EXPECT_EQ(parse_pad_percentage("none"), std::nullopt);
  EXPECT_EQ(parse_pad_percentage("0"), std::nullopt);
  EXPECT_EQ(parse_pad_percentage("0.9"), 0.9);
  for (const char* text : {"", "1", "-0.1", "nan", "0.5x", "90"})
    EXPECT_THROW(parse_pad_percentage(text), UsageError) << text;
}

}  // namespace
}  // namespace attngate::test

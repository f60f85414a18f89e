#include <gtest/gtest.h>

#include "attngate/values/case_inputs.h"
#include "edited_case.h"
#include "tensors.h"

namespace attngate {
namespace {

const std::string keyed_line =
    "dtype=fp32 heads=2 head_dim=10 lengths=4,6,4 extra_padding=1 padding_content=32 seed=0x21";

CaseInputs keyed(
    const ValueKeys& keys, const Edit& edit = [](AttentionCase&) {}) {
  return {edited_case(keyed_line, edit), device_under_test(), keys};
}

at::Tensor rows(const CaseInputs& inputs, std::int64_t first, std::int64_t count) {
  return inputs.tokens().narrow(0, first, count);
}

TEST(ValueKeys, that_name_the_positions_change_nothing) {
  const ValueKeys positions{{0, 1, 2}, {0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3}, 0};
  EXPECT_EQ(hash_of_inputs(keyed(positions)), hash_of_inputs(inputs_of(keyed_line)));
}

TEST(ValueKeys, give_a_sequence_the_values_of_another) {
  const CaseInputs usual = inputs_of(keyed_line), inputs = keyed({{2, 1, 0}, {}, 0});
  EXPECT_TRUE(same_bytes(rows(inputs, 0, 4), rows(usual, 10, 4)));
  EXPECT_TRUE(same_bytes(rows(inputs, 4, 6), rows(usual, 4, 6)));
  EXPECT_TRUE(same_bytes(inputs.dense()[0], usual.dense()[2]));
  EXPECT_TRUE(same_bytes(inputs.dense()[2], usual.dense()[0]));
  EXPECT_TRUE(same_bytes(inputs.parameters().in_proj_weight, usual.parameters().in_proj_weight));
  EXPECT_TRUE(same_bytes(rows(keyed({{7, 7, 7}, {}, 0}), 0, 4), rows(keyed({{7, 7, 7}, {}, 0}), 10, 4)));
}

TEST(ValueKeys, give_a_token_the_values_of_another) {
  const CaseInputs usual = inputs_of(keyed_line);
  const CaseInputs inputs = keyed({{}, {3, 2, 1, 0, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3}, 0});
  for (const std::int64_t token : {0, 1, 2, 3}) {
    EXPECT_TRUE(same_bytes(inputs.tokens()[token], usual.tokens()[3 - token]));
    EXPECT_TRUE(same_bytes(inputs.dense()[0][token], usual.dense()[0][3 - token]));
  }
  EXPECT_TRUE(same_bytes(rows(inputs, 4, 10), rows(usual, 4, 10)));
  EXPECT_TRUE(same_bytes(inputs.dense()[0].narrow(0, 4, 3), usual.dense()[0].narrow(0, 4, 3)));
}

TEST(ValueKeys, with_a_padding_seed_change_padding_only) {
  const CaseInputs usual = inputs_of(keyed_line), inputs = keyed({{}, {}, 1}), other = keyed({{}, {}, 2});
  EXPECT_TRUE(same_bytes(inputs.tokens(), usual.tokens()));
  EXPECT_TRUE(same_bytes(inputs.dense()[0].narrow(0, 0, 4), usual.dense()[0].narrow(0, 0, 4)));
  const auto padding = [](const CaseInputs& i) { return i.dense()[0].narrow(0, 4, 3); };
  EXPECT_FALSE(same_bytes(padding(inputs), padding(usual)));
  EXPECT_FALSE(same_bytes(padding(inputs), padding(other)));
  for (const double value : numbers(padding(inputs))) EXPECT_EQ(std::abs(value), 32);
}

TEST(ValueKeys, take_the_holes_of_a_mask_along) {
  const Edit holes = [](AttentionCase& c) { c.mask = MaskKind::holes; };
  const CaseInputs usual = keyed({}, holes);
  const CaseInputs swapped = keyed({{2, 1, 0}, {}, 0}, holes);
  EXPECT_TRUE(same_bytes(swapped.key_padding_mask()[0], usual.key_padding_mask()[2]));
  EXPECT_TRUE(same_bytes(swapped.key_padding_mask()[2], usual.key_padding_mask()[0]));
  const CaseInputs reversed = keyed({{}, {3, 2, 1, 0, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3}, 0}, holes);
  for (const std::int64_t token : {0, 1, 2, 3}) {
    EXPECT_TRUE(same_bytes(reversed.key_padding_mask()[0][token], usual.key_padding_mask()[0][3 - token]));
  }
}

TEST(ValueKeys, take_the_4d_mask_along) {
  const Edit four_d = [](AttentionCase& c) { c.mask = MaskKind::four_d; };
  const CaseInputs usual = keyed({}, four_d), swapped = keyed({{2, 1, 0}, {}, 0}, four_d);
  EXPECT_TRUE(same_bytes(swapped.attention_mask()[0], usual.attention_mask()[2]));
  const CaseInputs reversed = keyed({{}, {3, 2, 1, 0, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3}, 0}, four_d);
  const at::Tensor first = usual.attention_mask()[0].narrow(1, 0, 4).narrow(2, 0, 4);
  EXPECT_TRUE(same_bytes(reversed.attention_mask()[0].narrow(1, 0, 4).narrow(2, 0, 4), first.flip({1, 2})));
}

TEST(ValueKeys, leave_a_key_visible_whatever_they_are) {
  for (std::int32_t base = 0; base < 100; ++base) {
    const CaseInputs inputs = keyed({{base}, {base + 5, base + 9}, 0}, [](AttentionCase& c) {
      c.mask = MaskKind::holes;
      c.lengths = {2};
    });
    const std::vector<double> mask = numbers(inputs.key_padding_mask());
    ASSERT_EQ(mask[0] * mask[1], 0) << base;
  }
}

TEST(ValueKeys, are_the_same_on_the_host) {
  const ValueKeys keys{{5, 1, 5}, {3, 2, 1, 0, 0, 1, 2, 3, 4, 5, 9, 8, 7, 6}, 11};
  for (const MaskKind mask : {MaskKind::padding, MaskKind::holes, MaskKind::four_d}) {
    const AttentionCase attention_case = edited_case(keyed_line, [&](AttentionCase& c) { c.mask = mask; });
    EXPECT_EQ(hash_of_inputs(CaseInputs(attention_case, device_under_test(), keys)),
              hash_of_inputs(CaseInputs(attention_case, at::kCPU, keys)));
  }
}

TEST(ValueKeys, must_be_as_many_as_sequences_and_tokens) {
  EXPECT_EQ(message_of<CaseError>([] {
              keyed({{0, 1}, {}, 0});
            }),
            "ValueKeys::sequence: must have one key for each of 3 sequences, got 2");
  EXPECT_EQ(message_of<CaseError>([] {
              keyed({{}, {0}, 0});
            }),
            "ValueKeys::token: must have one key for each of 14 tokens, got 1");
}

TEST(ValueKeys, must_be_equal_for_the_sequences_of_an_expanded_layout) {
  const Edit expanded = [](AttentionCase& c) {
    c.layout = StorageLayout::expanded;
    c.lengths = {2, 2};
  };
  const std::string refusal =
      "layout=expanded: every sequence has the same values, so ValueKeys must be equal for all of them";
  EXPECT_EQ(message_of<CaseError>([&] { keyed({{0, 1}, {}, 0}, expanded); }), refusal);
  EXPECT_EQ(message_of<CaseError>([&] { keyed({{}, {0, 1, 1, 0}, 0}, expanded); }), refusal);
  const CaseInputs usual = keyed({{1, 1, 1}, {}, 0});
  const CaseInputs inputs = keyed({{1, 1}, {1, 0, 1, 0}, 0}, expanded);
  EXPECT_TRUE(same_bytes(inputs.dense()[1][0], usual.dense()[0][1]));
  EXPECT_TRUE(same_bytes(inputs.tokens()[2], usual.tokens()[1]));
}

TEST(WithParameters, changes_the_parameters_only) {
  const CaseInputs inputs = inputs_of(keyed_line);
  MhaParameters parameters = inputs.parameters();
  parameters.in_proj_bias = parameters.in_proj_bias.mul(2);
  const CaseInputs other = inputs.with_parameters(parameters);
  EXPECT_TRUE(other.parameters().in_proj_bias.is_same(parameters.in_proj_bias));
  EXPECT_TRUE(other.tokens().is_same(inputs.tokens()));
  EXPECT_TRUE(other.nested().is_same(inputs.nested()));
  EXPECT_NE(hash_of_inputs(other), hash_of_inputs(inputs));
}

}  // namespace
}  // namespace attngate

#include "attngate/values/input_guard.h"

#include <gtest/gtest.h>

#include <functional>

#include "edited_case.h"
#include "tensors.h"

namespace attngate {
namespace {

const std::string guarded_line = "dtype=fp16 heads=2 head_dim=4 lengths=3,5 extra_padding=1 seed=0x61";

/// What the guard says after a write to the inputs.
std::string damage_after(
    const std::function<void(const CaseInputs&)>& write, const Edit& edit = [](AttentionCase&) {}) {
  const CaseInputs inputs = edited_inputs(guarded_line, edit);
  const InputGuard guard(inputs);
  write(inputs);
  const std::string damage = guard.damage();
  return damage.substr(0, damage.find(" ("));
}

/// One element `offset` elements from the first of a tensor, which may lie outside of it.
at::Tensor beside(const CaseInputs& inputs, const at::Tensor& tensor, std::int64_t offset) {
  const auto bytes = static_cast<const std::uint8_t*>(tensor.const_data_ptr()) -
                     static_cast<const std::uint8_t*>(inputs.arena().words().const_data_ptr());
  return inputs.arena().words().view(
      tensor.scalar_type())[bytes / static_cast<std::int64_t>(tensor.element_size()) + offset];
}

TEST(InputGuard, says_nothing_where_nothing_was_written) {
  EXPECT_EQ(damage_after([](const CaseInputs&) {}), "");
  EXPECT_EQ(damage_after([](const CaseInputs& inputs) { inputs.dense().add(1); }), "");
}

TEST(InputGuard, names_the_row_that_was_written) {
  EXPECT_EQ(damage_after([](const CaseInputs& inputs) { inputs.dense()[1][4][7].zero_(); }),
            "row 4 of sequence 1 of dense was written");
  EXPECT_EQ(damage_after([](const CaseInputs& inputs) { inputs.tokens()[6].zero_(); }), "row 6 of tokens was written");
  EXPECT_EQ(damage_after([](const CaseInputs& inputs) { inputs.parameters().in_proj_weight[9].zero_(); }),
            "row 9 of in_proj_weight was written");
  EXPECT_EQ(damage_after([](const CaseInputs& inputs) { inputs.key_padding_mask()[1].logical_not_(); }),
            "row 1 of mask was written");
}

TEST(InputGuard, finds_the_row_in_every_layout) {
  for (const StorageLayout layout : {StorageLayout::transposed, StorageLayout::sliced}) {
    EXPECT_EQ(damage_after([](const CaseInputs& inputs) { inputs.dense()[1][4][7].zero_(); },
                           [&](AttentionCase& c) { c.layout = layout; }),
              "row 4 of sequence 1 of dense was written")
        << to_string(layout);
  }
  EXPECT_EQ(damage_after([](const CaseInputs& inputs) { beside(inputs, inputs.dense(), 9).zero_(); },
                         [](AttentionCase& c) { c.layout = StorageLayout::sliced; }),
            "a gap of dense was written");
}

TEST(InputGuard, names_the_guard_that_was_written) {
  EXPECT_EQ(damage_after([](const CaseInputs& inputs) { beside(inputs, inputs.tokens(), -1).zero_(); }),
            "the guard before tokens was written");
  const auto beside_bias = [](std::int64_t offset) {
    return [offset](const CaseInputs& inputs) { beside(inputs, inputs.parameters().in_proj_bias, offset).zero_(); };
  };
  EXPECT_EQ(damage_after(beside_bias(24)), "the guard behind in_proj_bias was written");
  EXPECT_EQ(damage_after(beside_bias(-1)), "the guard before in_proj_bias was written");
}

TEST(InputGuard, sees_a_write_of_one_bit) {
  EXPECT_EQ(damage_after([](const CaseInputs& inputs) {
              const at::Tensor word = beside(inputs, inputs.tokens(), 0);
              word.neg_();  // the sign bit
            }),
            "row 0 of tokens was written");
}

TEST(InputGuard, counts_the_bytes) {
  const CaseInputs inputs = inputs_of(guarded_line);
  const InputGuard guard(inputs);
  inputs.parameters().out_proj_bias.view(at::kShort).bitwise_not_();
  EXPECT_EQ(guard.damage(), "row 0 of out_proj_bias was written (16 bytes changed, this is the first)");
}

}  // namespace
}  // namespace attngate

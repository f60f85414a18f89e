#include <ATen/NestedTensorImpl.h>
#include <ATen/ops/_nested_view_from_buffer.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include "attngate/paths/attention_path.h"
#include "tensors.h"

namespace attngate {
namespace {

/// Three sequences of 4, 1 and 3 tokens, embed_dim 6, dense [3, 6, 6].
class TokenRows : public testing::Test {
 protected:
  std::string refusal(const at::Tensor& output) const {
    return message_of<WrongShape>([&] { token_rows(output, inputs_); });
  }
  /// A nested tensor of [length, columns] pieces of a buffer that begins at `offset`.
  at::Tensor nested(const at::Tensor& buffer, const std::vector<std::int64_t>& lengths, std::int64_t columns,
                    std::int64_t offset = 0) const {
    const auto batch = static_cast<std::int64_t>(lengths.size());
    const at::Tensor sizes = at::empty({batch, 2}, at::kLong), strides = at::empty({batch, 2}, at::kLong);
    const at::Tensor offsets = at::empty({batch}, at::kLong);
    for (std::int64_t i = 0; i < batch; ++i) {
      const std::int64_t length = lengths[static_cast<std::size_t>(i)];
      sizes[i][0] = length;
      sizes[i][1] = columns;
      strides[i][0] = columns;
      strides[i][1] = 1;
      offsets[i] = offset;
      offset += length * columns;
    }
    return at::_nested_view_from_buffer(buffer.view(-1), sizes, strides, offsets);
  }

  CaseInputs inputs_ =
      inputs_of("dtype=fp32 heads=2 head_dim=3 lengths=4,1,3 extra_padding=2 padding_content=64 seed=0x8");
};

TEST_F(TokenRows, are_the_valid_rows_of_a_nested_output) {
  EXPECT_TRUE(same_bytes(token_rows(inputs_.nested(), inputs_), inputs_.tokens()));
}

TEST_F(TokenRows, are_the_valid_rows_of_a_dense_output) {
  EXPECT_TRUE(same_bytes(token_rows(inputs_.dense(), inputs_), inputs_.tokens()));
}

TEST_F(TokenRows, are_token_rows_themselves) {
  EXPECT_TRUE(same_bytes(token_rows(inputs_.tokens(), inputs_), inputs_.tokens()));
}

TEST_F(TokenRows, follow_the_strides_of_a_dense_output) {
  const at::Tensor sequence_first = inputs_.dense().transpose(0, 1).contiguous();
  EXPECT_TRUE(same_bytes(token_rows(sequence_first.transpose(0, 1), inputs_), inputs_.tokens()));
  const CaseInputs rectangular = inputs_of("dtype=fp32 heads=2 head_dim=3 lengths=4,4 seed=0x8");
  const at::Tensor rows = token_rows(rectangular.dense().transpose(0, 1).contiguous().transpose(0, 1), rectangular);
  EXPECT_TRUE(same_bytes(rows, rectangular.tokens()));
  EXPECT_TRUE(rows.is_contiguous());
}

TEST_F(TokenRows, follow_the_strides_of_rows) {
  const at::Tensor rows = token_rows(inputs_.tokens().t().contiguous().t(), inputs_);
  EXPECT_TRUE(same_bytes(rows, inputs_.tokens()));
  EXPECT_TRUE(rows.is_contiguous());
}

TEST_F(TokenRows, follow_the_strides_of_a_nested_output) {
  // Each sequence's transpose lies in the buffer: nested [6, length], seen as [length, 6].
  std::vector<at::Tensor> pieces;
  std::int64_t first = 0;
  const std::vector<std::int64_t> lengths = inputs_.attention_case().lengths;
  for (const std::int64_t length : lengths) {
    pieces.push_back(inputs_.tokens().narrow(0, first, length).t().reshape(-1));
    first += length;
  }
  const at::Tensor sizes = at::empty({3, 2}, at::kLong), strides = at::empty({3, 2}, at::kLong);
  const at::Tensor offsets = at::empty({3}, at::kLong);
  for (std::int64_t i = 0, offset = 0; i < 3; ++i) {
    const std::int64_t length = lengths[static_cast<std::size_t>(i)];
    sizes[i][0] = length;
    sizes[i][1] = 6;
    strides[i][0] = 1;
    strides[i][1] = length;
    offsets[i] = offset;
    offset += length * 6;
  }
  const at::Tensor transposed = at::_nested_view_from_buffer(at::cat(pieces), sizes, strides, offsets);
  ASSERT_FALSE(transposed.is_contiguous());
  EXPECT_TRUE(same_bytes(token_rows(transposed, inputs_), inputs_.tokens()));
}

TEST_F(TokenRows, are_found_in_a_nested_view_of_a_larger_buffer) {
  const at::Tensor tail = inputs_.tokens().new_empty({10});
  const at::Tensor larger = at::cat({inputs_.tokens().view(-1), tail});
  EXPECT_TRUE(same_bytes(token_rows(nested(larger, {4, 1, 3}, 6), inputs_), inputs_.tokens()));
}

TEST_F(TokenRows, are_found_in_a_nested_view_that_begins_later_in_its_buffer) {
  const at::Tensor head = inputs_.tokens().new_empty({10});
  const at::Tensor shifted = at::cat({head, inputs_.tokens().view(-1)});
  EXPECT_TRUE(same_bytes(token_rows(nested(shifted, {4, 1, 3}, 6, 10), inputs_), inputs_.tokens()));
}

TEST_F(TokenRows, refuse_a_missing_output) { EXPECT_EQ(refusal(at::Tensor()), "no output was returned"); }

TEST_F(TokenRows, refuse_another_dtype) {
  EXPECT_EQ(refusal(inputs_.tokens().to(at::kDouble)), "output has dtype Double, expected Float");
}

TEST_F(TokenRows, refuse_another_padded_length) {
  EXPECT_EQ(refusal(inputs_.dense().narrow(1, 0, 4)), "dense output is [3, 4, 6], expected [3, 6, 6]");
}

TEST_F(TokenRows, refuse_a_sequence_first_output) {
  EXPECT_EQ(refusal(inputs_.dense().transpose(0, 1)), "dense output is [6, 3, 6], expected [3, 6, 6]");
}

TEST_F(TokenRows, refuse_another_number_of_rows) {
  EXPECT_EQ(refusal(inputs_.tokens().narrow(0, 0, 7)), "output is [7, 6], expected token rows [8, 6]");
}

TEST_F(TokenRows, refuse_another_rank) {
  EXPECT_EQ(refusal(inputs_.tokens().view(-1)), "output is [48], expected token rows [8, 6]");
}

TEST_F(TokenRows, refuse_a_nested_output_of_other_lengths) {
  EXPECT_EQ(refusal(nested(inputs_.tokens(), {4, 2, 2}, 6)),
            "sequence 1 of the nested output is [2, 6], expected [1, 6]");
}

TEST_F(TokenRows, refuse_a_nested_output_of_another_width) {
  EXPECT_EQ(refusal(nested(inputs_.tokens(), {4, 1, 3}, 3)),
            "sequence 0 of the nested output is [4, 3], expected [4, 6]");
}

TEST_F(TokenRows, refuse_a_nested_output_of_another_batch) {
  EXPECT_EQ(refusal(nested(inputs_.tokens(), {4, 4}, 6)), "nested output has sizes of shape [2, 2], expected [3, 2]");
}

TEST_F(TokenRows, refuse_an_output_on_another_device) {
  EXPECT_EQ(refusal(inputs_.tokens().to(at::kMeta)), "output is on meta, expected " + device_under_test().str());
}

}  // namespace
}  // namespace attngate

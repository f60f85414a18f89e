#include "attngate/case/attention_case.h"

#include <gtest/gtest.h>

#include "unit/refusal.h"

namespace attngate {
namespace {

AttentionCase some_case() {
  return {.dtype = DType::bf16, .num_heads = 2, .head_dim = 8, .lengths = {7, 1, 64}, .extra_padding = 3};
}

template <typename Change>
std::string refusal_of_case(const Change& change) {
  AttentionCase changed = some_case();
  change(changed);
  return test::refusal_by<CaseError>([&] { validate(changed); });
}

TEST(AttentionCase, counts_tokens_and_columns) {
  const AttentionCase c = some_case();
  EXPECT_EQ(c.batch_size(), 3);
  EXPECT_EQ(c.embed_dim(), 16);
  EXPECT_EQ(c.total_tokens(), 72);
  EXPECT_EQ(c.max_length(), 64);
  EXPECT_EQ(c.padded_length(), 67);
}

TEST(Validate, accepts_the_smallest_and_the_largest_values) {
  EXPECT_NO_THROW(validate({.num_heads = 1, .head_dim = 1, .lengths = {1}}));
  EXPECT_NO_THROW(validate({.num_heads = CaseRange::max_num_heads,
                            .head_dim = CaseRange::max_head_dim,
                            .lengths = {CaseRange::max_length},
                            .extra_padding = CaseRange::max_extra_padding,
                            .padding_content = CaseRange::max_padding_content}));
  EXPECT_NO_THROW(validate({.lengths = std::vector<std::int64_t>(CaseRange::max_batch_size, 1)}));
}

TEST(Validate, names_the_key_and_the_range) {
  EXPECT_EQ(refusal_of_case([](auto& c) { c.num_heads = 0; }), "heads=0: must be 1 to 1024");
  EXPECT_EQ(refusal_of_case([](auto& c) { c.num_heads = 1025; }), "heads=1025: must be 1 to 1024");
  EXPECT_EQ(refusal_of_case([](auto& c) { c.head_dim = -8; }), "head_dim=-8: must be 1 to 1024");
  EXPECT_EQ(refusal_of_case([](auto& c) { c.extra_padding = 65537; }), "extra_padding=65537: must be 0 to 65536");
  EXPECT_EQ(refusal_of_case([](auto& c) { c.padding_content = 8192; }), "padding_content=8192: must be 0 to 4096");
}

TEST(Validate, names_the_sequence_whose_length_is_impossible) {
  EXPECT_EQ(refusal_of_case([](auto& c) { c.lengths[1] = -1; }),
            "lengths: sequence 1 has length -1: a length must be 0 to 1048576");
  EXPECT_EQ(refusal_of_case([](auto& c) { c.lengths[2] = 1048577; }),
            "lengths: sequence 2 has length 1048577: a length must be 0 to 1048576");
}

TEST(Validate, accepts_empty_sequences_and_empty_batches) {
  EXPECT_EQ(refusal_of_case([](auto& c) { c.lengths = {0, 7, 0}; }), "accepted");
  EXPECT_EQ(refusal_of_case([](auto& c) { c.lengths.clear(); }), "accepted");
  EXPECT_EQ((AttentionCase{.lengths = {}, .extra_padding = 3}).padded_length(), 3);
}

TEST(Validate, wants_not_too_many_sequences) {
  EXPECT_EQ(refusal_of_case([](auto& c) { c.lengths.assign(1048577, 1); }),
            "lengths: the number of sequences must be 0 to 1048576, got 1048577");
}

TEST(Validate, wants_padding_content_that_bf_16_holds_exactly) {
  EXPECT_EQ(refusal_of_case([](auto& c) { c.padding_content = 255 * 16; }), "accepted");
  EXPECT_EQ(refusal_of_case([](auto& c) { c.padding_content = 257; }),
            "padding_content=257: must be exact in bf16 (8 significant bits), use a power of two");
}

TEST(Validate, allows_no_mask_only_where_nothing_is_padded) {
  const auto unmasked = [](std::vector<std::int64_t> lengths, std::int64_t extra_padding) {
    return refusal_of_case([&](auto& c) {
      c.mask = MaskKind::none;
      c.lengths = lengths;
      c.extra_padding = extra_padding;
    });
  };
  EXPECT_EQ(unmasked({5, 5}, 0), "accepted");
  EXPECT_EQ(unmasked({5, 4}, 0), "mask=none: needs all lengths equal, use mask=padding");
  EXPECT_EQ(unmasked({5, 5}, 2), "mask=none: needs extra_padding=0, got extra_padding=2");
}

TEST(Validate, wants_equal_lengths_for_a2d_mask_and_for_an_expanded_layout) {
  EXPECT_EQ(refusal_of_case([](auto& c) { c.mask = MaskKind::two_d; }),
            "mask=2d: needs all lengths equal, use mask=padding");
  EXPECT_EQ(refusal_of_case([](auto& c) { c.layout = StorageLayout::expanded; }),
            "layout=expanded: needs all lengths equal, use layout=packed");
  EXPECT_EQ(refusal_of_case([](auto& c) {
              c.lengths = {3, 3};
              c.mask = MaskKind::two_d;
              c.layout = StorageLayout::expanded;
            }),
            "accepted");
}

TEST(Validate, wants_no_empty_sequence_where_the_nested_input_is_made_from_a_mask) {
  EXPECT_EQ(refusal_of_case([](auto& c) { c.nested = NestedForm::mask; }), "accepted");
  EXPECT_EQ(refusal_of_case([](auto& c) {
              c.nested = NestedForm::mask;
              c.lengths = {3, 0};
            }),
            "nested=mask: needs every length 1 or more, use nested=view");
}

TEST(Validate, wants_offsets_of_at_most_three_elements) {
  EXPECT_EQ(refusal_of_case([](auto& c) { c.storage_offset = 4; }), "storage_offset=4: must be 0 to 3");
  EXPECT_EQ(refusal_of_case([](auto& c) { c.parameter_offset = -1; }), "parameter_offset=-1: must be 0 to 3");
}

TEST(ParseDtype, reads_what_to_string_prints) {
  for (const DType dtype : {DType::fp16, DType::bf16, DType::fp32}) {
    EXPECT_EQ(parse_dtype(to_string(dtype)), dtype);
  }
}

TEST(ParseDtype, lists_the_names_that_exist) {
  EXPECT_EQ(test::refusal_by<CaseError>([] { parse_dtype("FP16"); }), "dtype='FP16': must be fp16, bf16 or fp32");
}

}  // namespace
}  // namespace attngate

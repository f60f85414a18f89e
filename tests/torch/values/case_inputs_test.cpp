#include "attngate/values/case_inputs.h"

#include <ATen/NestedTensorImpl.h>
#include <ATen/ops/linear.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "attngate/case/generate.h"
#include "tensors.h"

namespace attngate {
namespace {

const char* const ragged_lines[] = {
    "dtype=fp16 heads=3 head_dim=5 lengths=4,1,7 extra_padding=2 padding_content=1024 seed=0x11",
    "dtype=bf16 heads=2 head_dim=20 lengths=2,9 padding_content=4096 seed=0x12",
    "dtype=fp32 heads=4 head_dim=8 lengths=1,1,17,16 extra_padding=1 padding_content=3 seed=0x13"};

/// Row r of the dense form holds token `token` of sequence `sequence`, or padding.
template <typename Visit>
void for_each_dense_row(const AttentionCase& attention_case, const Visit& visit) {
  for (std::int64_t sequence = 0; sequence < attention_case.batch_size(); ++sequence) {
    for (std::int64_t token = 0; token < attention_case.padded_length(); ++token) visit(sequence, token);
  }
}

TEST(CaseInputs, have_the_token_rows_as_valid_rows_of_the_dense_form) {
  for (const char* line : ragged_lines) {
    const CaseInputs inputs = inputs_of(line);
    std::int64_t row = 0;
    for_each_dense_row(inputs.attention_case(), [&](std::int64_t sequence, std::int64_t token) {
      if (token >= inputs.attention_case().lengths[static_cast<std::size_t>(sequence)]) return;
      ASSERT_TRUE(same_bytes(inputs.dense()[sequence][token], inputs.tokens()[row])) << line << ", row " << row;
      ++row;
    });
    EXPECT_EQ(row, inputs.tokens().size(0));
  }
}

TEST(CaseInputs, fill_padding_with_the_content_in_both_signs) {
  for (const char* line : ragged_lines) {
    const CaseInputs inputs = inputs_of(line);
    const AttentionCase& attention_case = inputs.attention_case();
    const auto content = static_cast<double>(attention_case.padding_content);
    int negative = 0, positive = 0;
    for_each_dense_row(attention_case, [&](std::int64_t sequence, std::int64_t token) {
      if (token < attention_case.lengths[static_cast<std::size_t>(sequence)]) return;
      for (const double value : numbers(inputs.dense()[sequence][token])) {
        ASSERT_EQ(std::abs(value), content) << line;
        ++(value < 0 ? negative : positive);
      }
    });
    EXPECT_GT(negative, (negative + positive) / 4) << line;
    EXPECT_GT(positive, (negative + positive) / 4) << line;
  }
}

TEST(CaseInputs, mask_exactly_the_padded_positions) {
  for (const char* line : ragged_lines) {
    const CaseInputs inputs = inputs_of(line);
    const AttentionCase& attention_case = inputs.attention_case();
    ASSERT_EQ(inputs.key_padding_mask().sizes(),
              at::IntArrayRef({attention_case.batch_size(), attention_case.padded_length()}));
    ASSERT_EQ(inputs.key_padding_mask().scalar_type(), at::kBool);
    const std::vector<double> masked = numbers(inputs.key_padding_mask());
    std::size_t position = 0;
    for_each_dense_row(attention_case, [&](std::int64_t sequence, std::int64_t token) {
      ASSERT_EQ(masked[position++] != 0, token >= attention_case.lengths[static_cast<std::size_t>(sequence)]) << line;
    });
  }
}

TEST(CaseInputs, have_no_mask_for_mask_none) {
  EXPECT_FALSE(inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=3,3 mask=none").key_padding_mask().defined());
}

TEST(CaseInputs, say_where_each_token_lies) {
  const CaseInputs inputs = inputs_of("dtype=fp32 heads=1 head_dim=4 lengths=2,3,1 extra_padding=2");
  using Rows = std::vector<std::int64_t>;
  EXPECT_EQ(numbers<std::int64_t>(inputs.dense_row_of_token()), (Rows{0, 1, 5, 6, 7, 10}));
  EXPECT_EQ(numbers<std::int64_t>(inputs.tight_row_of_token()), (Rows{0, 1, 3, 4, 5, 6}));
  EXPECT_EQ(numbers<std::int64_t>(inputs.first_row_of_sequence()), (Rows{0, 2, 5, 6}));
  EXPECT_EQ(numbers<std::int64_t>(inputs.lengths()), (Rows{2, 3, 1}));
}

TEST(CaseInputs, view_the_tokens_as_a_nested_tensor_of_the_lengths) {
  const CaseInputs inputs = inputs_of(ragged_lines[0]);
  ASSERT_TRUE(inputs.nested().is_nested());
  const auto* nested = at::native::get_nested_tensor_impl(inputs.nested());
  EXPECT_EQ(numbers<std::int64_t>(nested->get_nested_sizes()), (std::vector<std::int64_t>{4, 15, 1, 15, 7, 15}));
  EXPECT_TRUE(inputs.nested().is_contiguous());
  EXPECT_EQ(inputs.nested().storage().data(), inputs.tokens().storage().data());
  EXPECT_TRUE(same_bytes(nested->get_buffer(), inputs.tokens().view(-1)));
}

TEST(CaseInputs, keep_every_tensor_on_the_device_in_the_dtype_of_the_case) {
  const CaseInputs inputs = inputs_of(ragged_lines[1]);
  const MhaParameters& p = inputs.parameters();
  for (const at::Tensor& tensor : {inputs.tokens(), inputs.dense(), inputs.nested(), p.in_proj_weight, p.in_proj_bias,
                                   p.out_proj_weight, p.out_proj_bias}) {
    EXPECT_EQ(tensor.device(), device_under_test());
    EXPECT_EQ(tensor.scalar_type(), at::kBFloat16);
  }
  EXPECT_EQ(inputs.key_padding_mask().device(), device_under_test());
  EXPECT_EQ(inputs.dense_row_of_token().device(), device_under_test());
}

TEST(CaseInputs, have_parameters_of_the_shapes_of_a_module) {
  const CaseInputs inputs = inputs_of("dtype=fp16 heads=3 head_dim=4 lengths=2");
  const MhaParameters& p = inputs.parameters();
  EXPECT_EQ(p.num_heads, 3);
  EXPECT_EQ(p.embed_dim(), 12);
  EXPECT_EQ(p.in_proj_weight.sizes(), at::IntArrayRef({36, 12}));
  EXPECT_EQ(p.in_proj_bias.sizes(), at::IntArrayRef({36}));
  EXPECT_EQ(p.out_proj_weight.sizes(), at::IntArrayRef({12, 12}));
  EXPECT_EQ(p.out_proj_bias.sizes(), at::IntArrayRef({12}));
  EXPECT_TRUE(p.batch_first);
}

TEST(CaseInputs, share_one_buffer_where_nothing_is_padded) {
  const CaseInputs inputs = inputs_of("dtype=fp32 heads=2 head_dim=12 lengths=5,5,5 seed=0x9");
  EXPECT_TRUE(inputs.is_rectangular());
  EXPECT_EQ(inputs.dense().const_data_ptr(), inputs.tokens().const_data_ptr());
  // Padding makes a second buffer; the valid numbers stay.
  const CaseInputs padded = inputs_of("dtype=fp32 heads=2 head_dim=12 lengths=5,5,5 extra_padding=1 seed=0x9");
  EXPECT_FALSE(padded.is_rectangular());
  EXPECT_TRUE(same_bytes(padded.dense().narrow(1, 0, 5), inputs.dense()));
  EXPECT_FALSE(inputs_of("dtype=fp32 heads=2 head_dim=12 lengths=5,4").is_rectangular());
}

TEST(CaseInputs, keep_the_other_sequences_when_one_is_shortened) {
  const CaseInputs whole = inputs_of("dtype=fp16 heads=2 head_dim=10 lengths=4,6,3 seed=0x21");
  const CaseInputs shorter = inputs_of("dtype=fp16 heads=2 head_dim=10 lengths=4,2,3 seed=0x21");
  EXPECT_TRUE(same_bytes(whole.tokens().narrow(0, 0, 6), shorter.tokens().narrow(0, 0, 6)));
  EXPECT_TRUE(same_bytes(whole.tokens().narrow(0, 10, 3), shorter.tokens().narrow(0, 6, 3)));
  EXPECT_TRUE(same_bytes(whole.parameters().in_proj_weight, shorter.parameters().in_proj_weight));
}

TEST(CaseInputs, keep_the_earlier_sequences_when_the_last_is_removed) {
  const CaseInputs whole = inputs_of("dtype=bf16 heads=2 head_dim=10 lengths=4,6,3 seed=0x21");
  const CaseInputs fewer = inputs_of("dtype=bf16 heads=2 head_dim=10 lengths=4,6 seed=0x21");
  EXPECT_TRUE(same_bytes(whole.tokens().narrow(0, 0, 10), fewer.tokens()));
}

TEST(CaseInputs, keep_their_numbers_from_dtype_to_dtype) {
  const CaseInputs single = inputs_of("dtype=fp32 heads=2 head_dim=9 lengths=4,6 padding_content=8 seed=0x21");
  for (const std::string dtype : {"fp16", "bf16"}) {
    const CaseInputs half = inputs_of("dtype=" + dtype + " heads=2 head_dim=9 lengths=4,6 padding_content=8 seed=0x21");
    EXPECT_EQ(numbers(half.dense()), numbers(single.dense())) << dtype;
    EXPECT_EQ(numbers(half.parameters().in_proj_weight), numbers(single.parameters().in_proj_weight)) << dtype;
    EXPECT_EQ(numbers(half.parameters().out_proj_bias), numbers(single.parameters().out_proj_bias)) << dtype;
  }
}

TEST(CaseInputs, do_not_depend_on_what_is_asked_of_them) {
  const std::uint64_t hash = hash_of_inputs(inputs_of("dtype=fp16 heads=2 head_dim=8 lengths=4,4 seed=0x5"));
  EXPECT_EQ(hash_of_inputs(inputs_of("dtype=fp16 heads=2 head_dim=8 lengths=4,4 seed=0x5 mask=none")), hash);
  EXPECT_EQ(hash_of_inputs(inputs_of("dtype=fp16 heads=2 head_dim=8 lengths=4,4 seed=0x5 need_weights=1")), hash);
  EXPECT_NE(hash_of_inputs(inputs_of("dtype=fp16 heads=2 head_dim=8 lengths=4,4 seed=0x6")), hash);
}

TEST(CaseInputs, change_every_tensor_with_the_seed) {
  const CaseInputs one = inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=4 seed=0x1");
  const CaseInputs other = inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=4 seed=0x100000001");
  EXPECT_FALSE(same_bytes(one.tokens(), other.tokens()));
  EXPECT_FALSE(same_bytes(one.parameters().in_proj_weight, other.parameters().in_proj_weight));
  EXPECT_FALSE(same_bytes(one.parameters().in_proj_bias, other.parameters().in_proj_bias));
  EXPECT_FALSE(same_bytes(one.parameters().out_proj_weight, other.parameters().out_proj_weight));
  EXPECT_FALSE(same_bytes(one.parameters().out_proj_bias, other.parameters().out_proj_bias));
}

TEST(CaseInputs, have_projections_of_the_documented_standard_deviation) {
  for (const int head_dim : {4, 15, 16, 31, 32, 64}) {
    const CaseInputs inputs =
        inputs_of("dtype=fp32 heads=4 head_dim=" + std::to_string(head_dim) + " lengths=100,28 seed=0x3");
    const at::Tensor projected =
        at::linear(inputs.tokens().to(at::kDouble), inputs.parameters().in_proj_weight.to(at::kDouble));
    double squares = 0;
    for (const double value : numbers(projected)) squares += value * value;
    const double deviation = std::sqrt(squares / static_cast<double>(projected.numel()));
    // 0.94 to 1.9 are those of the whole population, this is one sample of the weights.
    EXPECT_GT(deviation, 0.9) << "head_dim " << head_dim;
    EXPECT_LT(deviation, 2.0) << "head_dim " << head_dim;
  }
}

TEST(CaseInputs, refuse_a_case_that_cannot_exist) {
  AttentionCase impossible;
  impossible.lengths = {3, -1};
  EXPECT_THROW(CaseInputs(impossible, device_under_test()), CaseError);
}

TEST(CaseInputs, are_the_same_bytes_as_on_the_host) {
  for (const char* line : ragged_lines) {
    const CaseInputs here = inputs_of(line);
    const CaseInputs host(parse_line(line), at::kCPU);
    EXPECT_TRUE(same_bytes(here.tokens(), host.tokens())) << line;
    EXPECT_TRUE(same_bytes(here.dense(), host.dense())) << line;
    EXPECT_TRUE(same_bytes(here.key_padding_mask(), host.key_padding_mask())) << line;
    EXPECT_TRUE(same_bytes(here.parameters().in_proj_weight, host.parameters().in_proj_weight)) << line;
    EXPECT_TRUE(same_bytes(here.parameters().in_proj_bias, host.parameters().in_proj_bias)) << line;
    EXPECT_TRUE(same_bytes(here.parameters().out_proj_weight, host.parameters().out_proj_weight)) << line;
    EXPECT_TRUE(same_bytes(here.parameters().out_proj_bias, host.parameters().out_proj_bias)) << line;
    EXPECT_TRUE(same_bytes(here.dense_row_of_token(), host.dense_row_of_token())) << line;
    EXPECT_TRUE(same_bytes(here.tight_row_of_token(), host.tight_row_of_token())) << line;
    EXPECT_TRUE(same_bytes(here.first_row_of_sequence(), host.first_row_of_sequence())) << line;
    EXPECT_TRUE(same_bytes(here.lengths(), host.lengths())) << line;
  }
}

struct RecordedHash {
  const char* line;
  std::uint64_t hash;
};

// A repro line means these bytes, on every machine and device (an implementation in Python gave the same hashes).
// A change here breaks every line that people have kept.
const RecordedHash recorded_hashes[] = {
    {"dtype=fp16 heads=1 head_dim=1 lengths=1", 0x6d49e7b3577011d1},
    {"dtype=fp16 heads=8 head_dim=64 lengths=7,1,64 seed=0x2a", 0x074f42d86825f36d},
    {"dtype=fp16 heads=2 head_dim=6 lengths=7,3,12 extra_padding=3 padding_content=1024 seed=0x6", 0xe87f243e4849ee29},
    {"dtype=bf16 heads=2 head_dim=20 lengths=2,9 padding_content=4096 seed=0x12", 0xbc958708d8bcb136},
    {"dtype=bf16 heads=32 head_dim=8 lengths=33,5 seed=0xffffffffffffffff", 0x8d2b7a7ee7e90c2a},
    {"dtype=bf16 heads=4 head_dim=16 lengths=16x3 mask=none seed=0x100000000", 0x4e797ab399633e2e},
    {"dtype=fp32 heads=3 head_dim=8 lengths=4,2,7 padding_content=1024 seed=0x53", 0xd79533ac3f18edb0},
    {"dtype=fp32 heads=16 head_dim=40 lengths=17,1,2 extra_padding=9 seed=0x1", 0x6ad979265d19d3c2},
    {"dtype=fp32 heads=2 head_dim=100 lengths=33,5 mask=padding need_weights=1 seed=0x64", 0x025badd5d4377530},
    {"dtype=fp32 heads=64 head_dim=4 lengths=1x40 seed=0x7", 0x42b59d061698725e}};

TEST(InputHash, is_the_recorded_one_of_each_line) {
  for (const RecordedHash& recorded : recorded_hashes) {
    EXPECT_EQ(hash_of_inputs(inputs_of(recorded.line)), recorded.hash) << recorded.line;
  }
}

/// Small enough that 200 of them take a second.
constexpr CostLimit small_cases{2e7, 4e6, 4};

class RandomInputs : public testing::TestWithParam<DType> {};

TEST_P(RandomInputs, hashes_to_the_same_inputs_after_its_line_was_printed_and_parsed) {
  const GeneratorOptions options{{GetParam()}, small_cases};
  for (std::int64_t index = 0; index < 200; ++index) {
    const AttentionCase original = nth_case(options, 0x1ca5e, index);
    const std::string line = to_line(original);
    ASSERT_EQ(hash_of_inputs(inputs_of(line)), hash_of_inputs(CaseInputs(original, at::kCPU))) << line;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryDtype, RandomInputs, testing::Values(DType::fp16, DType::bf16, DType::fp32),
                         [](const auto& instance) { return to_string(instance.param); });

}  // namespace
}  // namespace attngate

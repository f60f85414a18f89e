#include "attngate/case/attention_work.h"

#include <gtest/gtest.h>

#include "attngate/case/cost.h"

namespace attngate {
namespace {

// H = 3, D = 4, E = 12, lengths 5 and 2, padded to 6.
AttentionCase ragged() {
  return {.dtype = DType::fp16, .num_heads = 3, .head_dim = 4, .lengths = {5, 2}, .extra_padding = 1};
}

TEST(AttentionWork, counts_products_as_a_naive_loop_does) {
  double flops = 0;
  for (const std::int64_t length : ragged().lengths) {
    for (int head = 0; head < 3; ++head) {
      for (std::int64_t query = 0; query < length; ++query) {
        for (std::int64_t key = 0; key < length; ++key) flops += 2 * 4 + 2 * 4;  // q . k, and weight * v added up
      }
    }
  }
  EXPECT_EQ(sdpa_work(ragged(), InputForm::nested).flops, flops);
  EXPECT_EQ(mha_work(ragged(), InputForm::nested).flops, flops + 4 * 2 * (5 + 2) * 12 * 12);
}

TEST(AttentionWork, counts_padding_as_tokens_in_the_padded_form) {
  EXPECT_EQ(sdpa_work(ragged(), InputForm::padded).flops, 4 * 12 * 2 * 36);
  EXPECT_EQ(mha_work(ragged(), InputForm::padded).flops, cost_of(ragged()).flops);
  EXPECT_EQ(sdpa_work(ragged(), InputForm::padded).bytes, 2 * 4 * 12 * 12 + 12);
  EXPECT_EQ(sdpa_work(ragged(), InputForm::nested).bytes, 2 * 4 * 12 * 7);
}

TEST(AttentionWork, counts_each_byte_once) {
  EXPECT_EQ(mha_work(ragged(), InputForm::nested).bytes, 2 * (2 * 7 * 12 + 4 * 144 + 4 * 12));
  AttentionCase single = ragged();
  single.dtype = DType::fp32;
  single.need_weights = true;
  EXPECT_EQ(mha_work(single, InputForm::padded).bytes, 4 * (2 * 12 * 12 + 4 * 144 + 4 * 12 + 2 * 36) + 12);
}

TEST(AttentionWork, needs_half_of_the_scores_under_a_causal_mask) {
  AttentionCase causal = ragged();
  causal.mask = MaskKind::causal;
  EXPECT_EQ(sdpa_work(causal, InputForm::nested).flops, 4 * 12 * (15 + 3));
  EXPECT_EQ(sdpa_work(causal, InputForm::padded).flops, 4 * 12 * 2 * 21);
  EXPECT_EQ(sdpa_work(causal, InputForm::padded).bytes, 2 * 4 * 12 * 12);
}

TEST(AttentionWork, reads_the_padded_mask) {
  AttentionCase c{.dtype = DType::bf16, .num_heads = 3, .head_dim = 4, .lengths = {6, 6}, .mask = MaskKind::none};
  const double unmasked = sdpa_work(c, InputForm::padded).bytes;
  EXPECT_EQ(sdpa_work(c, InputForm::nested), sdpa_work(c, InputForm::padded));
  const auto extra = [&](MaskKind mask) {
    c.mask = mask;
    return sdpa_work(c, InputForm::padded).bytes - unmasked;
  };
  EXPECT_EQ(extra(MaskKind::padding), 12);
  EXPECT_EQ(extra(MaskKind::holes), 12);
  EXPECT_EQ(extra(MaskKind::two_d), 36);
  EXPECT_EQ(extra(MaskKind::four_d), 2 * 3 * 36);
}

TEST(AttentionWork, of_decoding_is_almost_all_keys_and_values) {
  // 16 sequences, 32 heads of 128, one query against 4096 keys, bf16: 1.07 GB, that is 358 us at 3.0 TB/s.
  const AttentionWork work =
      sdpa_work(32, 128, DType::bf16, std::vector<SequenceShape>(16, {.queries = 1, .keys = 4096}));
  EXPECT_EQ(work.flops, 4.0 * 4096 * 16 * 4096);
  EXPECT_EQ(work.bytes, 2.0 * 4096 * 2 * 16 * 4097);
}

TEST(AttentionWork, of_the_lengths_of_a_case_agrees_with_that_of_its_sequences) {
  AttentionCase c = ragged();
  EXPECT_EQ(sdpa_work(c, InputForm::nested), sdpa_work(3, 4, DType::fp16, {{5, 5}, {2, 2}}));
}

TEST(AttentionWork, of_nothing_is_nothing) {
  const AttentionCase empty{.num_heads = 2, .head_dim = 8, .lengths = {}, .extra_padding = 5};
  EXPECT_EQ(sdpa_work(empty, InputForm::padded), AttentionWork{});
  EXPECT_EQ(mha_work(empty, InputForm::nested).flops, 0);
}

TEST(AttentionWork, does_not_overflow_for_the_largest_case) {
  AttentionCase largest{.num_heads = CaseRange::max_num_heads, .head_dim = CaseRange::max_head_dim, .lengths = {}};
  largest.lengths.assign(static_cast<std::size_t>(CaseRange::max_batch_size), CaseRange::max_length);
  EXPECT_GT(mha_work(largest, InputForm::padded).flops, 1e24);
}

}  // namespace
}  // namespace attngate

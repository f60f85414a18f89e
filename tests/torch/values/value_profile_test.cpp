#include "attngate/values/value_profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "attngate/oracle/formula.h"
#include "edited_case.h"
#include "tensors.h"

namespace attngate {
namespace {

const std::string profiled_line = "heads=2 head_dim=8 lengths=60,3 extra_padding=1 padding_content=64 seed=0x51";

CaseInputs profiled(ValueProfile values, const std::string& dtype = "fp32", std::int64_t head_dim = 8) {
  return edited_inputs("dtype=" + dtype + " " + profiled_line, [&](AttentionCase& c) {
    c.values = values;
    c.head_dim = head_dim;
  });
}

void expect_scaled(ValueProfile values, double factor) {
  const CaseInputs normal = profiled(ValueProfile::normal), other = profiled(values);
  std::vector<double> expected = numbers(normal.tokens());
  for (double& value : expected) value *= factor;
  EXPECT_EQ(numbers(other.tokens()), expected);
  EXPECT_EQ(numbers(other.dense()[1].narrow(0, 3, 58)), numbers(normal.dense()[1].narrow(0, 3, 58)));
  EXPECT_TRUE(same_bytes(other.parameters().in_proj_weight, normal.parameters().in_proj_weight));
  EXPECT_TRUE(same_bytes(other.parameters().in_proj_bias, normal.parameters().in_proj_bias));
}

TEST(TinyValues, are_the_usual_tokens_times_2_to_the_minus_10) { expect_scaled(ValueProfile::tiny, 1.0 / 1024); }

TEST(LargeValues, are_the_usual_tokens_times_8) { expect_scaled(ValueProfile::large, 8); }

TEST(OutlierValues, enlarge_one_channel_chosen_by_the_seed_32_times) {
  std::set<std::int64_t> channels;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Edit normal = [&](AttentionCase& c) { c.seed = seed; };
    const CaseInputs usual = edited_inputs("dtype=fp32 " + profiled_line, normal);
    const CaseInputs inputs = edited_inputs("dtype=fp32 " + profiled_line, [&](AttentionCase& c) {
      normal(c);
      c.values = ValueProfile::outlier;
    });
    const std::vector<double> factors = numbers(inputs.tokens().div(usual.tokens()));
    const auto first = std::find(factors.begin(), factors.end(), 32.0);
    ASSERT_NE(first, factors.end());
    const auto channel = static_cast<std::size_t>(first - factors.begin()) % 16;
    for (std::size_t i = 0; i < factors.size(); ++i) ASSERT_EQ(factors[i], i % 16 == channel ? 32 : 1);
    channels.insert(static_cast<std::int64_t>(channel));
  }
  EXPECT_GT(channels.size(), 8u);
}

TEST(NegativeLogits, come_from_opposed_biases_of_query_and_key) {
  const CaseInputs normal = profiled(ValueProfile::normal), inputs = profiled(ValueProfile::negative_logits);
  const std::vector<double> bias = numbers(inputs.parameters().in_proj_bias);
  for (std::size_t channel = 0; channel < 16; ++channel) {
    EXPECT_EQ(bias[channel], 7.5);
    EXPECT_EQ(bias[16 + channel], -7.5);
  }
  EXPECT_TRUE(same_bytes(inputs.parameters().in_proj_bias.narrow(0, 32, 16),
                         normal.parameters().in_proj_bias.narrow(0, 32, 16)));
  EXPECT_TRUE(same_bytes(inputs.tokens(), normal.tokens()));
}

/// Share of the rows whose log-sum-exp lies under -88, over all heads of the first sequence.
double share_of_very_negative_rows(const CaseInputs& inputs) {
  const std::int64_t head_dim = inputs.attention_case().head_dim, length = 60;
  const MhaParameters& p = inputs.parameters();
  const at::Tensor packed = inputs.tokens()
                                .narrow(0, 0, length)
                                .to(at::kDouble)
                                .matmul(p.in_proj_weight.to(at::kDouble).t())
                                .add(p.in_proj_bias.to(at::kDouble));
  const at::Tensor heads = packed.view({length, 3, 2, head_dim}).permute({1, 2, 0, 3});
  const at::Tensor logits = heads[0].matmul(heads[1].transpose(1, 2)).div(std::sqrt(static_cast<double>(head_dim)));
  return logits.logsumexp({-1}, false).lt(-88).to(at::kDouble).mean().item<double>();
}

TEST(NegativeLogits, have_a_log_sum_exp_under_minus_88) {
  for (const std::int64_t head_dim : {1, 2, 4, 8, 16, 20, 64, 100, 128, 256}) {
    const double least = head_dim < 8 ? 0.8 : 1.0;  // few channels: the random part weighs more
    const auto share = [&](ValueProfile values) {
      return share_of_very_negative_rows(profiled(values, "fp32", head_dim));
    };
    EXPECT_GE(share(ValueProfile::negative_logits), least) << head_dim;
    EXPECT_LT(share(ValueProfile::normal), 0.01) << head_dim;
  }
}

TEST(ValueProfiles, are_exact_in_every_dtype) {
  for (const ValueProfile values :
       {ValueProfile::tiny, ValueProfile::large, ValueProfile::outlier, ValueProfile::negative_logits}) {
    for (const std::int64_t head_dim : {1, 8, 20, 100}) {
      const CaseInputs single = profiled(values, "fp32", head_dim);
      for (const std::string dtype : {"fp16", "bf16"}) {
        const CaseInputs half = profiled(values, dtype, head_dim);
        EXPECT_EQ(numbers(half.dense()), numbers(single.dense())) << dtype << ", " << to_string(values);
        EXPECT_EQ(numbers(half.parameters().in_proj_bias), numbers(single.parameters().in_proj_bias))
            << dtype << ", " << to_string(values);
      }
    }
  }
}

TEST(ValueProfiles, change_the_hash) {
  std::set<std::uint64_t> hashes;
  for (const ValueProfile values : {ValueProfile::normal, ValueProfile::tiny, ValueProfile::large,
                                    ValueProfile::outlier, ValueProfile::negative_logits}) {
    hashes.insert(hash_of_inputs(profiled(values)));
  }
  EXPECT_EQ(hashes.size(), 5u);
}

}  // namespace
}  // namespace attngate

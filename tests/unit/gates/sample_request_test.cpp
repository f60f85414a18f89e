#include "attngate/gates/sample_request.h"

#include <gtest/gtest.h>

#include "fake_source.h"

namespace attngate::test {
namespace {

SampleRequest full_request() {
  SampleRequest request;
  request.base = {"nn_mha_slow.efficient", "dtype=bf16 heads=2 head_dim=8 lengths=3,1", {}};
  request.candidate = {"sdpa.flash", "dtype=bf16 heads=2 head_dim=8 lengths=3,3 mask=none", 1.25};
  request.quantity = Quantity::throughput;
  request.seed = 0xfedcba9876543210;
  request.most_pairs = 41;
  request.budget_seconds = 0.125;
  request.ceilings = true;
  request.release = true;
  return request;
}

TEST(SampleRequestTest, comes_back_as_it_was_sent) {
  EXPECT_EQ(decode<SampleRequest>(encode(full_request())), full_request());
  EXPECT_EQ(decode<SampleRequest>(encode(SampleRequest{})), SampleRequest{});
}

TEST(SampleRequestTest, that_is_torn_is_an_error) {
  const std::string bytes = encode(full_request());
  EXPECT_THROW(decode<SampleRequest>(bytes.substr(0, bytes.size() / 2)), WireError);
  EXPECT_THROW(decode<SampleRequest>(bytes + "x"), WireError);
  EXPECT_THROW(decode<SampleRequest>("{}"), WireError);
}

TEST(SampleAnswerTest, comes_back_to_the_last_bit) {
  SampleAnswer answer = pairs_of(full_request(), 1.0 / 3);
  answer.ceilings = MeasuredCeilings{7.93e14, 3.01e12};
  EXPECT_EQ(decode<SampleAnswer>(encode(answer)), answer);
}

TEST(SampleAnswerTest, without_samples_says_why) {
  SampleAnswer skipped, failed;
  skipped.skip_reason = "flash takes no fp32";
  failed.error = "CUDA error: out of memory";
  EXPECT_EQ(decode<SampleAnswer>(encode(skipped)), skipped);
  EXPECT_EQ(decode<SampleAnswer>(encode(failed)), failed);
  EXPECT_FALSE(skipped.has_samples() || failed.has_samples());
}

}  // namespace
}  // namespace attngate::test

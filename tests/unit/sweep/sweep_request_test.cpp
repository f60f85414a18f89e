#include "attngate/sweep/sweep_request.h"

#include <gtest/gtest.h>

#include "attngate/base/wire.h"
#include "small_plan.h"

namespace attngate::test {
namespace {

SweepRequest full_request() {
  return {"dtype=fp16 heads=2 head_dim=8 lengths=3,1",
          {{.label = "slow", .path = "nn_mha_slow", .switches = {.math = false, .cudnn = false}, .need_weights = true},
           {.label = "fast", .path = "nn_mha_fast", .every_round = false, .skip_reason = "no kernel"}},
          {{0, 1}},
          {.width = 0.5, .least_rounds = 3, .most_rounds = 5, .most_seconds = 0.25},
          0xfedcba9876543210,
          {1e9, 2e9}};
}

TEST(SweepRequestTest, comes_back_as_it_was_sent) {
  EXPECT_EQ(decode<SweepRequest>(encode(full_request())), full_request());
  EXPECT_EQ(decode<SweepRequest>(encode(SweepRequest{})), SweepRequest{});
}

TEST(SweepRequestTest, that_is_torn_is_an_error) {
  const std::string bytes = encode(full_request());
  EXPECT_THROW(decode<SweepRequest>(bytes.substr(0, bytes.size() / 2)), WireError);
  EXPECT_THROW(decode<SweepRequest>(bytes + "x"), WireError);
}

TEST(SweepAnswerTest, comes_back_as_it_was_sent) {
  SweepAnswer answer = bad_answer();
  answer.problem = "a and b differ";
  answer.worker_died = true;
  answer.spoilt = true;
  answer.seconds = {0.5, 0.25, 0.125};
  for (const SweepAnswer& one : {answer, good_answer(), SweepAnswer{}})
    EXPECT_EQ(decode<SweepAnswer>(encode(one)), one);
}

TEST(SweepAnswerTest, that_is_no_answer_is_an_error) {
  EXPECT_THROW(decode<SweepAnswer>(std::string(64, '\xff')), WireError);
}

TEST(SweepAnswerTest, holds_unless_an_operator_failed_or_the_row_has_a_problem) {
  EXPECT_TRUE(good_answer().holds());
  EXPECT_FALSE(bad_answer().holds());
  SweepAnswer skipped = good_answer(), troubled = good_answer();
  skipped.operators[2].kind = OperatorAnswer::Kind::skipped;
  troubled.problem = "the worker died";
  EXPECT_TRUE(skipped.holds());
  EXPECT_FALSE(troubled.holds());
}

}  // namespace
}  // namespace attngate::test

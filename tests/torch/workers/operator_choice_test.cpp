#include "attngate/workers/operator_choice.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>

#include "attngate/suite/tested_registry.h"
#include "attngate/timing/timed_attention.h"
#include "tensors.h"

namespace attngate {
namespace {

const char* const padded_case = "dtype=fp32 heads=4 head_dim=16 lengths=12,7";

OperatorChoice choose(const SweepOperator& wanted, const std::string& line = padded_case) {
  static const PathRegistry registry = make_tested_registry();
  AttentionCase attention_case = parse_line(line);
  attention_case.need_weights = wanted.need_weights;
  return choose_operator(registry, wanted, attention_case, device_under_test().type());
}

/// The kernels that the chosen path is seen to run.
std::string backend_of(const OperatorChoice& choice, const std::string& line = padded_case) {
  return timed_attention(std::make_shared<const CaseInputs>(parse_line(line), device_under_test()), *choice.path)
      .backend;
}

TEST(OperatorChoiceTest, takes_a_path_as_it_is) {
  const OperatorChoice choice = choose({.label = "slow", .path = "nn_mha_slow.math"});
  ASSERT_TRUE(choice.path) << choice.skip_reason;
  EXPECT_EQ(choice.path->name, "nn_mha_slow.math");
  EXPECT_EQ(choice.path->backend, SdpBackend::math);
}

TEST(OperatorChoiceTest, leaves_the_backend_of_a_family_to_libtorch_among_those_that_are_switched_on) {
  const OperatorChoice math = choose(
      {.label = "slow", .path = "nn_mha_slow", .switches = {.flash = false, .efficient = false, .cudnn = false}});
  ASSERT_TRUE(math.path) << math.skip_reason;
  EXPECT_EQ(math.path->name, "nn_mha_slow");
  EXPECT_EQ(backend_of(math), "math");
  const OperatorChoice any = choose({.label = "slow", .path = "nn_mha_slow"});
  ASSERT_TRUE(any.path) << any.skip_reason;
  EXPECT_NE(backend_of(any), "math") << "LibTorch prefers a fused backend";
}

TEST(OperatorChoiceTest, skips_a_family_without_a_backend_that_is_switched_on) {
  const BackendSwitches none{false, false, false, false};
  const OperatorChoice choice = choose({.label = "slow", .path = "nn_mha_slow", .switches = none});
  EXPECT_FALSE(choice.path);
  EXPECT_EQ(choice.skip_reason, "no path of nn_mha_slow has its backend switched on");
}

TEST(OperatorChoiceTest, skips_what_promises_an_error_and_says_why) {
  const OperatorChoice choice = choose({.label = "composite", .path = "composite_sdpa_nested.math"});
  EXPECT_FALSE(choice.path);
  EXPECT_EQ(choice.skip_reason, "math takes no strided nested tensors");
}

TEST(OperatorChoiceTest, skips_what_was_decided_beforehand) {
  EXPECT_EQ(choose({.label = "compiled", .path = "nn_mha_slow", .skip_reason = "not compiled"}).skip_reason,
            "not compiled");
}

TEST(OperatorChoiceTest, prepares_a_family_with_its_switches_too) {
  const auto expect_math_alone = [] {
    EXPECT_TRUE(at::globalContext().userEnabledMathSDP());
    EXPECT_FALSE(at::globalContext().userEnabledFlashSDP());
  };
  AttentionPath path{"prepares.math",
                     "prepares",
                     SdpBackend::math,
                     "",
                     [](const AttentionCase&, at::DeviceType) { return Promise::runs(); },
                     [](const CaseInputs& inputs) {
                       return PathOutput{inputs.tokens(), {}};
                     }};
  path.prepare = [&](const CaseInputs& inputs) {
    expect_math_alone();
    return PreparedCall{[&inputs, expect_math_alone] {
      expect_math_alone();
      return PathOutput{inputs.tokens(), {}};
    }};
  };
  PathRegistry registry;
  registry.add(path);
  const SweepOperator wanted{
      .label = "x", .path = "prepares", .switches = {.flash = false, .efficient = false, .cudnn = false}};
  const OperatorChoice choice = choose_operator(registry, wanted, parse_line(padded_case), device_under_test().type());
  ASSERT_TRUE(choice.path) << choice.skip_reason;
  EXPECT_EQ(backend_of(choice), "none");
}

TEST(OperatorChoiceTest, runs_a_family_with_weights_though_the_unfused_branch_asks_no_backend) {
  const OperatorChoice choice =
      choose({.label = "nn_mha", .path = "nn_mha_fast", .switches = {.math = false}, .need_weights = true});
  ASSERT_TRUE(choice.path) << choice.skip_reason;
  EXPECT_EQ(backend_of(choice, std::string(padded_case) + " need_weights=1"), "unfused");
}

}  // namespace
}  // namespace attngate

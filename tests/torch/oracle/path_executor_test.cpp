#include "attngate/oracle/path_executor.h"

#include <ATen/Context.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <new>

#include "attngate/paths/graph_capture.h"
#include "attngate/suite/tested_registry.h"
#include "attngate/values/device_stream.h"
#include "tensors.h"

namespace attngate {
namespace {

using RunPath = std::function<PathOutput(const CaseInputs&)>;

/// math, flash, efficient, cuDNN.
std::array<bool, 4> switches() {
  const at::Context& context = at::globalContext();
  return {context.userEnabledMathSDP(), context.userEnabledFlashSDP(), context.userEnabledMemEfficientSDP(),
          context.userEnabledCuDNNSDP()};
}

PathOutput give_back_tokens(const CaseInputs& inputs) { return {inputs.tokens(), {}}; }

/// Runs one path of the test's own on a small ragged case.
class PathExecutorTest : public testing::Test {
 protected:
  Execution execute(const Promise& promise, RunPath run, SdpBackend backend = SdpBackend::math) {
    const AttentionPath path{
        "under_test",  "tests", backend, "", [promise](const AttentionCase&, at::DeviceType) { return promise; },
        std::move(run)};
    return std::move(executor_.run({{&path, promise}}, inputs_).front());
  }
  PathOutcome outcome(const Promise& promise, RunPath run) { return execute(promise, std::move(run)).outcome; }
  void TearDown() override { EXPECT_EQ(switches(), before_) << "the SDPA switches were not restored"; }

  const std::array<bool, 4> before_ = switches();
  const CaseInputs inputs_ = inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=4,2 extra_padding=1");
  std::vector<std::string> announced_;
  PathExecutor executor_{device_under_test(), [this](const std::string& path) { announced_.push_back(path); }};
};

TEST_F(PathExecutorTest, accepts_a_path_that_runs_as_promised) {
  const Execution execution = execute(Promise::runs(), give_back_tokens);
  EXPECT_EQ(execution.outcome.status, PathStatus::ok);
  EXPECT_EQ(execution.outcome.path, "under_test");
  EXPECT_EQ(execution.outcome.backend, "none");
  EXPECT_EQ(execution.outcome.detail, "");
  EXPECT_TRUE(same_bytes(execution.rows, inputs_.tokens()));
  EXPECT_FALSE(execution.weights.defined());
}

TEST_F(PathExecutorTest, holds_sdpa_to_the_backend_of_the_path) {
  const Execution execution = execute(
      Promise::runs(),
      [](const CaseInputs& inputs) {
        EXPECT_EQ(switches(), (std::array<bool, 4>{false, true, false, false}));
        return PathOutput{inputs.tokens(), {}};
      },
      SdpBackend::flash);
  EXPECT_EQ(execution.outcome.status, PathStatus::ok);
}

TEST_F(PathExecutorTest, runs_under_inference_mode) {
  execute(Promise::runs(), [](const CaseInputs& inputs) {
    EXPECT_TRUE(inputs.tokens().add(1).is_inference());
    return PathOutput{inputs.tokens(), {}};
  });
}

TEST_F(PathExecutorTest, hands_over_the_weights) {
  const Execution execution = execute(Promise::runs(), [](const CaseInputs& inputs) {
    return PathOutput{inputs.tokens(), inputs.lengths()};
  });
  EXPECT_TRUE(execution.weights.is_same(inputs_.lengths()));
}

TEST_F(PathExecutorTest, reports_an_error_that_was_not_promised) {
  const PathOutcome result =
      outcome(Promise::runs(), [](const CaseInputs&) -> PathOutput { throw std::runtime_error("bad\nsecond line"); });
  EXPECT_EQ(result.status, PathStatus::unexpected_error);
  EXPECT_EQ(result.detail, "bad");
}

TEST_F(PathExecutorTest, accepts_the_promised_error) {
  const PathOutcome result = outcome(Promise::refuses("heads is even", "a test"), [](const CaseInputs&) -> PathOutput {
    TORCH_CHECK(false, "Only support when num_heads is even, got 3");
  });
  EXPECT_EQ(result.status, PathStatus::refused_as_promised);
  EXPECT_TRUE(result.holds());
  EXPECT_EQ(result.detail, "Only support when num_heads is even, got 3");
}

TEST_F(PathExecutorTest, reports_another_error_than_the_promised_one) {
  const PathOutcome result = outcome(Promise::refuses("heads is even", "a test"),
                                     [](const CaseInputs&) -> PathOutput { TORCH_CHECK(false, "something else"); });
  EXPECT_EQ(result.status, PathStatus::unexpected_error);
  EXPECT_EQ(result.detail, "something else (promised an error with 'heads is even')");
}

TEST_F(PathExecutorTest, reports_success_where_an_error_was_promised) {
  const PathOutcome result = outcome(Promise::refuses("No available kernel", "flash takes no fp32"), give_back_tokens);
  EXPECT_EQ(result.status, PathStatus::unexpected_success);
  EXPECT_EQ(result.detail, "promised an error with 'No available kernel': flash takes no fp32");
}

TEST_F(PathExecutorTest, reports_a_wrong_dtype) {
  const PathOutcome result = outcome(Promise::runs(), [](const CaseInputs& inputs) {
    return PathOutput{inputs.tokens().to(at::kHalf), {}};
  });
  EXPECT_EQ(result.status, PathStatus::wrong_result);
  EXPECT_EQ(result.detail, "output has dtype Half, expected Float");
}

TEST_F(PathExecutorTest, reports_a_wrong_shape) {
  const Execution execution = execute(Promise::runs(), [](const CaseInputs& inputs) {
    return PathOutput{inputs.dense().narrow(1, 0, 4), {}};
  });
  EXPECT_EQ(execution.outcome.status, PathStatus::wrong_result);
  EXPECT_EQ(execution.outcome.detail, "dense output is [2, 4, 16], expected [2, 5, 16]");
  EXPECT_FALSE(execution.rows.defined());
}

TEST_F(PathExecutorTest, reports_a_missing_output) {
  EXPECT_EQ(outcome(Promise::runs(), [](const CaseInputs&) { return PathOutput(); }).detail, "no output was returned");
}

TEST_F(PathExecutorTest, sees_through_a_claim_to_a_backend_that_did_not_run) {
  const PathOutcome result = outcome(Promise::runs("flash"), [](const CaseInputs& inputs) {
    const at::Tensor heads = inputs.dense().view({2, 5, 2, 8}).transpose(1, 2);
    at::scaled_dot_product_attention(heads, heads, heads);
    return PathOutput{inputs.tokens(), {}};
  });
  EXPECT_EQ(result.status, PathStatus::wrong_result);
  EXPECT_EQ(result.backend, "math");
  EXPECT_EQ(result.detail, "claims backend flash, but math was seen to run");
}

TEST_F(PathExecutorTest, gives_up_when_the_host_ran_out_of_memory) {
  const auto exhaust = [](const CaseInputs&) -> PathOutput { throw std::bad_alloc(); };
  EXPECT_EQ(message_of<RanOutOfMemory>([&] { execute(Promise::runs(), exhaust); }),
            "under_test: out of memory: the host ran out of memory");
}

TEST_F(PathExecutorTest, gives_up_when_the_device_ran_out_of_memory_even_where_the_path_promises_an_error) {
  const auto exhaust = [](const CaseInputs&) -> PathOutput {
    TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory\nand more");
  };
  EXPECT_EQ(message_of<RanOutOfMemory>([&] { execute(Promise::refuses("memory", "a test"), exhaust); }),
            "under_test: out of memory: CUDA out of memory");
}

TEST_F(PathExecutorTest, announces_each_path_before_it_runs_and_the_end_of_the_last_one) {
  execute(Promise::runs(), [&](const CaseInputs& inputs) {
    EXPECT_EQ(announced_, std::vector<std::string>{"under_test"});
    return give_back_tokens(inputs);
  });
  EXPECT_EQ(announced_, (std::vector<std::string>{"under_test", ""}));
}

// A device that is really lost takes its process along: tests/process/isolation_test.cpp.
TEST_F(PathExecutorTest, reports_a_launch_that_was_refused_as_an_error_of_the_path_where_the_device_still_works) {
  const PathOutcome result = outcome(Promise::runs(), [](const CaseInputs&) -> PathOutput {
    throw c10::AcceleratorError({__func__, __FILE__, __LINE__}, 9, "invalid configuration argument");
  });
  EXPECT_EQ(result.status, PathStatus::unexpected_error);
  EXPECT_EQ(result.detail, "invalid configuration argument");
}

TEST_F(PathExecutorTest, gives_the_process_up_after_a_capture_that_failed) {
  const auto fail = [](const CaseInputs&) -> PathOutput {
    throw CaptureFailed("x: the capture failed: operation not permitted");
  };
  EXPECT_EQ(message_of<DeviceLost>([&] { execute(Promise::runs(), fail); }),
            "under_test: device lost: x: the capture failed: operation not permitted");
}

TEST_F(PathExecutorTest, reports_what_cannot_be_captured_as_an_error_of_the_path) {
  const PathOutcome result =
      outcome(Promise::runs(), [](const CaseInputs&) -> PathOutput { throw NotCapturable("nested"); });
  EXPECT_EQ(result.status, PathStatus::unexpected_error);
  EXPECT_EQ(result.detail, "nested");
}

TEST_F(PathExecutorTest, goes_on_with_the_next_path_after_a_failure) {
  const Promise runs = Promise::runs();
  const AttentionPath failing{
      "failing", "tests", SdpBackend::flash,
      "",        {},      [](const CaseInputs&) -> PathOutput { throw std::runtime_error("bad"); }};
  const AttentionPath healthy{"healthy", "tests", SdpBackend::math, "", {}, [](const CaseInputs& inputs) {
                                at::softmax(inputs.tokens(), -1);
                                return PathOutput{inputs.tokens(), {}};
                              }};
  std::vector<Execution> executions = executor_.run({{&failing, runs}, {&healthy, runs}}, inputs_);
  synchronize(device_under_test());
  executor_.read_times(executions);
  ASSERT_EQ(executions.size(), 2u);
  EXPECT_EQ(executions[0].outcome.status, PathStatus::unexpected_error);
  EXPECT_EQ(executions[0].outcome.time_us, 0);
  EXPECT_EQ(executions[1].outcome.status, PathStatus::ok);
  EXPECT_EQ(executions[1].outcome.backend, "unfused");
  EXPECT_GT(executions[1].outcome.time_us, 0);
}

TEST(PathsOfLibTorch, keep_their_promises) {
  const PathRegistry registry = make_tested_registry();
  PathExecutor executor(device_under_test());
  for (const std::string dtype : {"fp16", "bf16", "fp32"}) {
    for (const char* rest :
         {"heads=2 head_dim=16 lengths=7,3,12 extra_padding=2 padding_content=1024", "heads=3 head_dim=8 lengths=4,1",
          "heads=1 head_dim=6 lengths=5,2", "heads=2 head_dim=64 lengths=9,9 mask=none", "heads=1 head_dim=1 lengths=1",
          "heads=4 head_dim=12 lengths=3,3 mask=none", "heads=2 head_dim=264 lengths=3,2",
          "heads=2 head_dim=8 lengths=4,2 need_weights=1", "heads=3 head_dim=4 lengths=2,2 mask=none need_weights=1"}) {
      const CaseInputs inputs = inputs_of("dtype=" + dtype + " " + rest);
      std::vector<SelectedPath> paths;
      for (const AttentionPath& path : registry.paths()) {
        const Promise promise = path.promise(inputs.attention_case(), device_under_test().type());
        const bool left_out = promise.kind == Promise::Kind::redundant || promise.kind == Promise::Kind::inexpressible;
        if (!left_out) paths.push_back({&path, promise});
      }
      for (const Execution& execution : executor.run(paths, inputs)) {
        EXPECT_TRUE(execution.outcome.holds()) << execution.outcome.path << ": " << to_string(execution.outcome.status)
                                               << ": " << execution.outcome.detail << "\n  " << inputs.attention_case();
      }
    }
  }
}

}  // namespace
}  // namespace attngate

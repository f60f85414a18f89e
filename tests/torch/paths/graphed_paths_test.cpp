#include "attngate/paths/mha/graphed_paths.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/isnan.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <map>

#include "attngate/case/generate.h"
#include "attngate/paths/capture_obstacle.h"
#include "attngate/paths/graph_capture.h"
#include "attngate/paths/mha/builtin_paths.h"
#include "attngate/paths/sdp_backend_guard.h"
#include "attngate/suite/tested_registry.h"
#include "tensors.h"

namespace attngate {
namespace {

using Kind = Promise::Kind;

constexpr const char* prefix = "graphed_";

std::vector<const AttentionPath*> graphed_paths(const PathRegistry& registry) {
  std::vector<const AttentionPath*> graphed;
  for (const AttentionPath& path : registry.paths()) {
    if (path.family.starts_with(prefix)) graphed.push_back(&path);
  }
  return graphed;
}

const AttentionPath& plain_path_of(const PathRegistry& registry, const AttentionPath& graph) {
  return *registry.find(graph.name.substr(std::string(prefix).size()));
}

/// Under what paths run.
template <typename Work>
auto as_paths_run(const AttentionPath& path, const Work& work) {
  const c10::InferenceMode no_autograd;
  const SdpBackendGuard backend(path.backend);
  return work();
}

PathOutput run(const AttentionPath& path, const CaseInputs& inputs) {
  return as_paths_run(path, [&] { return path.run(inputs); });
}

bool runs(const AttentionPath& path, const AttentionCase& attention_case, at::DeviceType device) {
  return path.promise(attention_case, device).kind == Kind::runs;
}

AttentionPath path_of_test(std::function<PathOutput(const CaseInputs&)> run) {
  return {"of_a_test",
          "of_a_test",
          SdpBackend::math,
          "a path of the test",
          [](const AttentionCase&, at::DeviceType) { return Promise::runs(); },
          std::move(run)};
}

/// The same but for a few last digits, since cuBLAS may take another algorithm on another stream: five units of bf16's,
/// 2^-8.
bool are_close(const at::Tensor& left, const at::Tensor& right) {
  constexpr double tolerance = 5.0 / 256;
  return at::allclose(left.to(at::kFloat), right.to(at::kFloat), tolerance, tolerance);
}

TEST(GraphedPath, is_the_plain_one_under_another_name_and_takes_part_only_by_it) {
  const AttentionPath graph = graphed(*make_registry().find("nn_mha_slow.flash"));
  EXPECT_EQ(graph.name, "graphed_nn_mha_slow.flash");
  EXPECT_EQ(graph.family, "graphed_nn_mha_slow");
  EXPECT_EQ(graph.backend, SdpBackend::flash);
  EXPECT_TRUE(graph.gives_weights);
  EXPECT_TRUE(graph.only_by_name);
}

TEST(GraphedPath, promises_nothing_on_the_cpu_and_what_the_plain_one_does_on_cuda) {
  const PathRegistry registry = make_tested_registry();
  const std::vector<const AttentionPath*> all = graphed_paths(registry);
  EXPECT_EQ(all.size(), 10u);
  for (const AttentionPath* graph : all) {
    const AttentionPath& plain = plain_path_of(registry, *graph);
    for (std::int64_t index = 0; index < 500; ++index) {
      const AttentionCase attention_case = nth_case({}, 11, index);
      EXPECT_EQ(graph->promise(attention_case, at::kCPU).reason, "the CPU has no CUDA graphs");
      const Promise expected = plain.promise(attention_case, at::kCUDA),
                    promise = graph->promise(attention_case, at::kCUDA);
      // Known issues too: they are put on record path by path.
      EXPECT_EQ(promise.kind, expected.kind) << graph->name << ": " << attention_case;
      EXPECT_EQ(promise.backend, expected.backend) << graph->name << ": " << attention_case;
      EXPECT_EQ(promise.loses_device, expected.loses_device) << graph->name << ": " << attention_case;
      EXPECT_EQ(promise.overrun, expected.overrun) << graph->name << ": " << attention_case;
    }
  }
}

// On the CPU the dispatcher shows values that the host reads and nested tensors, but no copies between two devices.
TEST(GraphedPath, promises_to_run_only_where_the_dispatcher_shows_no_obstacle) {
  const PathRegistry registry = make_tested_registry();
  const at::DeviceType device = device_under_test().type();
  std::map<std::string, int> looked_at;
  for (std::int64_t index = 0; index < 200; ++index) {
    const AttentionCase attention_case = nth_case({.limit = cpu_limit()}, 7, index);
    const CaseInputs inputs(attention_case, device_under_test());
    for (const AttentionPath* graph : graphed_paths(registry)) {
      const AttentionPath& plain = plain_path_of(registry, *graph);
      if (!runs(*graph, attention_case, at::kCUDA) || !runs(plain, attention_case, device)) continue;
      const std::string obstacle = as_paths_run(plain, [&] { return capture_obstacle([&] { plain.run(inputs); }); });
      EXPECT_EQ(obstacle, "") << plain.name << ": " << attention_case;
      ++looked_at[plain.name];
    }
  }
  for (const char* name : {"nn_mha_fast_masked", "nn_mha_fast_dense.math", "nn_mha_slow.flash", "nn_mha_slow.math",
                           "composite_sdpa_dense.flash", "composite_sdpa_dense.math"}) {
    EXPECT_GE(looked_at[name], 5) << name;
  }
}

TEST(GraphedPath, is_not_captured_where_the_dispatcher_shows_an_obstacle) {
  const AttentionPath reads = path_of_test([](const CaseInputs& inputs) {
    inputs.lengths().sum().item<std::int64_t>();
    return PathOutput{inputs.dense().clone(), {}};
  });
  const CaseInputs inputs = inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=4,2");
  const std::string message = message_of<NotCapturable>([&] { run(graphed(reads), inputs); });
  const std::string reason = device_under_test().is_cuda()
                                 ? "it reads a value of the device (aten::_local_scalar_dense)"
                                 : "the CPU has no CUDA graphs";
  EXPECT_EQ(message, "of_a_test cannot be captured as a CUDA graph: " + reason +
                         "; take of_a_test itself, or let its graphed form promise so");
  EXPECT_EQ(message_of<NotCapturable>([&] { graphed(reads).prepare(inputs); }), message);
}

TEST(GraphedPath, lets_errors_of_the_plain_one_through_before_any_capture) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no CUDA graphs";
  const AttentionPath bad = path_of_test([](const CaseInputs&) -> PathOutput { throw std::runtime_error("bad"); });
  const CaseInputs inputs = inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=4,2");
  EXPECT_EQ(message_of<std::runtime_error>([&] { run(graphed(bad), inputs); }), "bad");
}

class GraphedPathOnCuda : public testing::Test {
 protected:
  void SetUp() override {
    if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no CUDA graphs";
  }
};

const char* const lines_for_graphs[] = {"dtype=fp16 heads=4 head_dim=32 lengths=17,9 extra_padding=2",
                                        "dtype=bf16 heads=4 head_dim=32 lengths=32,32 mask=none",
                                        "dtype=fp32 heads=2 head_dim=16 lengths=12,5,7 mask=causal",
                                        "dtype=fp32 heads=2 head_dim=16 lengths=12,5,7 mask=4d",
                                        "dtype=fp16 heads=2 head_dim=8 lengths=5,3 need_weights=1"};

TEST_F(GraphedPathOnCuda, returns_what_the_plain_one_returns) {
  const PathRegistry registry = make_tested_registry();
  int compared = 0;
  for (const char* line : lines_for_graphs) {
    const CaseInputs inputs = inputs_of(line);
    for (const AttentionPath* graph : graphed_paths(registry)) {
      if (!runs(*graph, inputs.attention_case(), at::kCUDA)) continue;
      const PathOutput eager = run(plain_path_of(registry, *graph), inputs), replayed = run(*graph, inputs);
      EXPECT_TRUE(are_close(token_rows(replayed.output, inputs), token_rows(eager.output, inputs)))
          << graph->name << ": " << line;
      ASSERT_EQ(replayed.weights.defined(), eager.weights.defined()) << graph->name << ": " << line;
      if (eager.weights.defined()) {
        EXPECT_TRUE(are_close(replayed.weights, eager.weights)) << graph->name << ": " << line;
      }
      ++compared;
    }
  }
  EXPECT_GE(compared, 20);
}

TEST_F(GraphedPathOnCuda, returns_nan_where_the_replay_fills_nothing) {
  at::Tensor made_once;
  const AttentionPath frozen = path_of_test([&](const CaseInputs& inputs) {
    if (!made_once.defined()) made_once = inputs.dense().clone();
    return PathOutput{made_once, {}};
  });
  const CaseInputs inputs = inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=4,2");
  EXPECT_TRUE(at::isnan(run(graphed(frozen), inputs).output).all().item<bool>());
}

TEST_F(GraphedPathOnCuda, returns_copies_that_later_runs_leave_alone) {
  const AttentionPath graph = graphed(*make_registry().find("composite_sdpa_dense.math"));
  const CaseInputs one = inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=4,2"),
                   other = inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=4,2 seed=9");
  const at::Tensor first = run(graph, one).output, before = first.clone();
  run(graph, other);
  EXPECT_TRUE(same_bytes(first, before));
}

TEST_F(GraphedPathOnCuda, prepared_follows_inputs_that_are_changed_in_place) {
  const PathRegistry registry = make_tested_registry();
  for (const char* name : {"nn_mha_slow.flash", "nn_mha_fast_dense.math", "composite_sdpa_dense.efficient"}) {
    const AttentionPath& plain = *registry.find(name);
    const AttentionPath graph = graphed(plain);
    const CaseInputs inputs = inputs_of("dtype=fp16 heads=4 head_dim=32 lengths=32,32 mask=none");
    const PreparedCall prepared = as_paths_run(graph, [&] { return graph.prepare(inputs); });
    EXPECT_TRUE(prepared.graph_replayed);
    const at::Tensor before = as_paths_run(graph, [&] { return prepared.call().output.clone(); });
    as_paths_run(graph, [&] { return inputs.dense().neg_(); });
    const at::Tensor after = as_paths_run(graph, [&] { return prepared.call().output.clone(); });
    EXPECT_TRUE(are_close(after, run(plain, inputs).output)) << name;
    EXPECT_FALSE(are_close(after, before)) << name;
  }
}

}  // namespace
}  // namespace attngate

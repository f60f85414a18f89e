#include "attngate/properties/selection.h"
#include "attngate/base/joined.h"

#include <gtest/gtest.h>

#include "attngate/case/text.h"
#include "attngate/paths/mha/builtin_paths.h"

namespace attngate {
namespace {

AttentionPath a_path(const std::string& name, const std::string& family, SdpBackend backend, Promise promise) {
  return {name,
          family,
          backend,
          "",
          [promise](const AttentionCase&, at::DeviceType) { return promise; },
          [](const CaseInputs&) { return PathOutput(); }};
}

const char* const any_line = "dtype=fp32 heads=1 head_dim=8 lengths=2";

/// Names of the selected paths, blank between them.
std::string selected(const PathRegistry& registry, const std::string& line, Lanes lanes, at::DeviceType device,
                     const std::vector<std::string>& only = {}) {
  const at::Device on = device == at::kCUDA ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
  return joined(select_paths({on, &registry, only, {}, {}}, parse_line(line), lanes), " ",
                [](const SelectedPath& selected) { return selected.path->name; });
}

class SelectPaths : public testing::Test {
 protected:
  SelectPaths() {
    const Promise runs = Promise::runs(), refuses = Promise::refuses("no", "a test");
    registry_.add(a_path("a.flash", "a", SdpBackend::flash, runs));
    registry_.add(a_path("a.efficient", "a", SdpBackend::efficient, runs));
    registry_.add(a_path("a.math", "a", SdpBackend::math, runs));
    registry_.add(a_path("a.cudnn", "a", SdpBackend::cudnn, runs));
    registry_.add(a_path("b.flash", "b", SdpBackend::flash, refuses));
    registry_.add(a_path("b.efficient", "b", SdpBackend::efficient, Promise::redundant("a test")));
    registry_.add(a_path("b.math", "b", SdpBackend::math, runs));
    registry_.add(a_path("c", "c", SdpBackend::any, runs));
    registry_.add(a_path("d.math", "d", SdpBackend::math, refuses));
  }
  std::string select(Lanes lanes, const std::vector<std::string>& only = {}) const {
    return selected(registry_, any_line, lanes, at::kCUDA, only);
  }
  PathRegistry registry_;
};

TEST_F(SelectPaths, takes_the_fused_paths_and_those_that_leave_the_backend_open) {
  EXPECT_EQ(select(Lanes::fused), "a.flash a.efficient c");
}

TEST_F(SelectPaths, takes_everything_that_runs_for_the_fused_ones_on_the_cpu) {
  EXPECT_EQ(selected(registry_, any_line, Lanes::fused, at::kCPU), "a.flash a.efficient a.math b.math c");
}

TEST_F(SelectPaths, leaves_out_what_is_quarantined) {
  std::string names;
  const PropertyContext context{at::kCPU, &registry_, {}, {"a.flash", "c"}, {}};
  for (const SelectedPath& path : select_paths(context, parse_line(any_line), Lanes::every))
    names += path.path->name + " ";
  EXPECT_EQ(names, "a.efficient a.math b.math ");
}

TEST_F(SelectPaths, takes_what_runs_without_fused_backends) { EXPECT_EQ(select(Lanes::math), "a.math b.math c"); }

TEST_F(SelectPaths, takes_the_cudnn_paths) { EXPECT_EQ(select(Lanes::cudnn), "a.cudnn"); }

TEST_F(SelectPaths, takes_everything_that_runs_but_cudnn) {
  EXPECT_EQ(select(Lanes::every), "a.flash a.efficient a.math b.math c");
}

TEST_F(SelectPaths, takes_what_promises_an_error) { EXPECT_EQ(select(Lanes::refusing), "b.flash d.math"); }

TEST_F(SelectPaths, keeps_to_the_paths_and_families_named) {
  EXPECT_EQ(select(Lanes::fused, {"a.cudnn", "b"}), "a.cudnn b.math");
  EXPECT_EQ(select(Lanes::cudnn, {"a"}), "a.flash a.efficient a.math a.cudnn");
  EXPECT_EQ(select(Lanes::refusing, {"b", "a"}), "b.flash");
  EXPECT_EQ(select(Lanes::every, {"d"}), "");
  EXPECT_EQ(select(Lanes::every, {"a."}), "");
}

TEST_F(SelectPaths, hands_over_the_promise) {
  const std::vector<SelectedPath> paths =
      select_paths({at::kCPU, &registry_, {"d"}, {}, {}}, parse_line(any_line), Lanes::refusing);
  ASSERT_EQ(paths.size(), 1u);
  EXPECT_EQ(paths[0].promise.error, "no");
}

TEST_F(SelectPaths, follows_a_path_to_another_case_only_where_it_runs_that_one_too) {
  AttentionPath narrow = a_path("narrow", "narrow", SdpBackend::any, Promise::runs());
  narrow.promise = [](const AttentionCase& attention_case, at::DeviceType) {
    return attention_case.max_length() < 5 ? Promise::runs() : Promise::inexpressible("too wide");
  };
  const SelectedPath selected{&narrow, {}};
  EXPECT_TRUE(selected_for(parse_line("dtype=fp32 heads=1 head_dim=8 lengths=4"), selected, at::kCPU).has_value());
  EXPECT_FALSE(selected_for(parse_line("dtype=fp32 heads=1 head_dim=8 lengths=5"), selected, at::kCPU).has_value());
}

std::string selected_of_libtorch(const std::string& line, Lanes lanes, at::DeviceType device) {
  return selected(make_registry(), line, lanes, device);
}

TEST(SelectPathsOfLibTorch, takes_the_fused_ones_on_cuda) {
  EXPECT_EQ(selected_of_libtorch("dtype=fp16 heads=8 head_dim=64 lengths=7,5", Lanes::fused, at::kCUDA),
            "nn_mha_fast.flash nn_mha_fast.efficient nn_mha_fast_masked nn_mha_slow.efficient "
            "composite_sdpa_nested.flash composite_sdpa_nested.efficient composite_sdpa_dense.efficient");
}

TEST(SelectPathsOfLibTorch, leaves_math_to_its_own_lane_on_cuda) {
  // A length of 1: the fast path is unfused, the composite is not.
  EXPECT_EQ(selected_of_libtorch("dtype=fp16 heads=8 head_dim=64 lengths=7,1", Lanes::fused, at::kCUDA),
            "nn_mha_fast_masked nn_mha_slow.efficient composite_sdpa_nested.flash composite_sdpa_nested.efficient "
            "composite_sdpa_dense.efficient");
  // head_dim 6: no fused backend takes it.
  EXPECT_EQ(selected_of_libtorch("dtype=bf16 heads=8 head_dim=6 lengths=7,5", Lanes::fused, at::kCUDA),
            "nn_mha_fast_masked");
}

TEST(SelectPathsOfLibTorch, takes_the_unfused_ones_on_cuda) {
  EXPECT_EQ(selected_of_libtorch("dtype=fp32 heads=8 head_dim=64 lengths=7,5", Lanes::math, at::kCUDA),
            "nn_mha_fast.math nn_mha_fast_masked nn_mha_slow.math nn_mha_slow_functional "
            "composite_sdpa_nested_contiguous.math composite_sdpa_dense.math");
}

TEST(SelectPathsOfLibTorch, takes_the_cudnn_ones_on_cuda) {
  EXPECT_EQ(selected_of_libtorch("dtype=fp16 heads=8 head_dim=64 lengths=7,7 mask=none", Lanes::cudnn, at::kCUDA),
            "nn_mha_fast_dense.cudnn nn_mha_slow.cudnn composite_sdpa_dense.cudnn");
  EXPECT_EQ(selected_of_libtorch("dtype=fp32 heads=8 head_dim=64 lengths=7,5", Lanes::cudnn, at::kCUDA), "");
}

TEST(SelectPathsOfLibTorch, takes_every_one_that_runs_on_the_cpu) {
  EXPECT_EQ(selected_of_libtorch("dtype=fp32 heads=2 head_dim=8 lengths=7,5", Lanes::every, at::kCPU),
            "nn_mha_fast.math nn_mha_fast_masked nn_mha_slow.flash nn_mha_slow.math nn_mha_slow_functional "
            "composite_sdpa_nested_contiguous.math composite_sdpa_dense.flash composite_sdpa_dense.math");
}

TEST(SelectPathsOfLibTorch, takes_the_refusing_ones_on_the_cpu) {
  EXPECT_EQ(selected_of_libtorch("dtype=fp16 heads=2 head_dim=8 lengths=7,5", Lanes::refusing, at::kCPU),
            "nn_mha_slow.efficient nn_mha_slow.cudnn nn_mha_slow_functional composite_sdpa_nested.flash "
            "composite_sdpa_nested.efficient composite_sdpa_nested.math composite_sdpa_nested.cudnn "
            "composite_sdpa_dense.efficient composite_sdpa_dense.cudnn");
}

}  // namespace
}  // namespace attngate

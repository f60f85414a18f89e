// Backend observer, backend guard, and composite SDPA, which share LibTorch's SDPA switches.
#include <ATen/Context.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "attngate/paths/attention_path.h"
#include "attngate/paths/backend_observer.h"
#include "attngate/paths/mha/builtin_paths.h"
#include "attngate/paths/mha/composite_sdpa.h"
#include "attngate/paths/sdp_backend_guard.h"
#include "tensors.h"

namespace attngate {
namespace {

/// Dense heads [2, 4, 16, 64] in fp16 on a GPU, which every fused backend takes, and fp32 on the CPU.
at::Tensor some_heads() {
  const std::string dtype = device_under_test().is_cuda() ? "fp16" : "fp32";
  return inputs_of("dtype=" + dtype + " heads=1 head_dim=64 lengths=64,64").dense().view({2, 4, 16, 64});
}

void attend(SdpBackend backend) {
  const c10::InferenceMode no_autograd;
  const SdpBackendGuard guard(backend);
  const at::Tensor heads = some_heads();
  at::scaled_dot_product_attention(heads, heads, heads);
}

std::string seen_while(const std::function<void()>& work) {
  const BackendObserver observer;
  work();
  return observer.seen();
}

std::vector<SdpBackend> backends_here() {
  if (device_under_test().is_cuda()) return {SdpBackend::math, SdpBackend::flash, SdpBackend::efficient};
  return {SdpBackend::math, SdpBackend::flash};
}

TEST(BackendObserver, sees_the_backend_that_sdpa_is_held_to) {
  for (const SdpBackend backend : backends_here()) {
    EXPECT_EQ(seen_while([&] { attend(backend); }), to_string(backend));
  }
}

TEST(BackendObserver, sees_softmax_outside_sdpa_as_unfused) {
  EXPECT_EQ(seen_while([] { at::softmax(some_heads(), -1); }), "unfused");
}

TEST(BackendObserver, sees_nothing_where_nothing_attends) {
  EXPECT_EQ(seen_while([] {}), "none");
  EXPECT_EQ(seen_while([] { some_heads().add(1); }), "none");
}

TEST(BackendObserver, names_every_kernel_that_ran) {
  EXPECT_EQ(seen_while([] {
              attend(SdpBackend::flash);
              attend(SdpBackend::math);
            }),
            "flash+math");
  EXPECT_EQ(seen_while([] {
              attend(SdpBackend::flash);
              at::softmax(some_heads(), -1);
            }),
            "flash+unfused");
}

TEST(BackendObserver, sees_nothing_of_what_ran_before_it) {
  attend(SdpBackend::flash);
  seen_while([] { attend(SdpBackend::flash); });
  EXPECT_EQ(seen_while([] { at::softmax(some_heads(), -1); }), "unfused");
}

TEST(BackendObserver, is_not_disturbed_by_nested_ones_before_it) {
  {
    const BackendObserver outer;
    attend(SdpBackend::flash);
    EXPECT_EQ(seen_while([] { attend(SdpBackend::math); }), "math");
    attend(SdpBackend::flash);
  }
  EXPECT_EQ(seen_while([] { attend(SdpBackend::math); }), "math");
  EXPECT_EQ(seen_while([] {}), "none");
}

TEST(BackendObserver, ends_with_an_exception) {
  try {
    const BackendObserver observer;
    throw std::runtime_error("a path failed");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(seen_while([] { attend(SdpBackend::math); }), "math");
}

using Switches = std::array<bool, 4>;

/// math, flash, efficient, cuDNN.
Switches switches() {
  const at::Context& context = at::globalContext();
  return {context.userEnabledMathSDP(), context.userEnabledFlashSDP(), context.userEnabledMemEfficientSDP(),
          context.userEnabledCuDNNSDP()};
}

void set_switches(const Switches& wanted) {
  at::globalContext().setSDPUseMath(wanted[0]);
  at::globalContext().setSDPUseFlash(wanted[1]);
  at::globalContext().setSDPUseMemEfficient(wanted[2]);
  at::globalContext().setSDPUseCuDNN(wanted[3]);
}

/// Puts the switches back after a test that sets them by hand.
class SdpBackendGuardTest : public testing::Test {
 protected:
  ~SdpBackendGuardTest() override { set_switches(before_); }

 private:
  Switches before_ = switches();
};

TEST_F(SdpBackendGuardTest, enables_exactly_the_backend_it_names) {
  const auto under = [](SdpBackend backend) {
    const SdpBackendGuard guard(backend);
    return switches();
  };
  EXPECT_EQ(under(SdpBackend::math), (Switches{true, false, false, false}));
  EXPECT_EQ(under(SdpBackend::flash), (Switches{false, true, false, false}));
  EXPECT_EQ(under(SdpBackend::efficient), (Switches{false, false, true, false}));
  EXPECT_EQ(under(SdpBackend::cudnn), (Switches{false, false, false, true}));
  EXPECT_EQ(under(SdpBackend::any), (Switches{true, true, true, true}));
}

TEST_F(SdpBackendGuardTest, restores_whatever_was_set_before) {
  for (const Switches& before : {Switches{true, false, true, false}, Switches{false, true, false, true}}) {
    set_switches(before);
    { const SdpBackendGuard guard(SdpBackend::flash); }
    EXPECT_EQ(switches(), before);
  }
}

TEST_F(SdpBackendGuardTest, restores_when_an_exception_passes) {
  const Switches before{true, false, false, true};
  set_switches(before);
  try {
    const SdpBackendGuard guard(SdpBackend::efficient);
    throw std::runtime_error("a path failed");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(switches(), before);
}

TEST(UseStrictArithmetic, takes_the_shortcuts_out_of_libtorch) {
  at::Context& context = at::globalContext();
  context.setAllowTF32CuBLAS(true);
  context.setAllowTF32CuDNN(true);
  context.setAllowFP16ReductionCuBLAS(true);
  context.setAllowBF16ReductionCuBLAS(true);
  context.setAllowFP16BF16ReductionMathSDP(true);
  use_strict_arithmetic();
  EXPECT_FALSE(context.allowTF32CuBLAS());
  EXPECT_FALSE(context.allowTF32CuDNN());
  EXPECT_NE(context.allowFP16ReductionCuBLAS(), at::CuBLASReductionOption::AllowReducedPrecisionWithSplitK);
  EXPECT_NE(context.allowBF16ReductionCuBLAS(), at::CuBLASReductionOption::AllowReducedPrecisionWithSplitK);
  EXPECT_FALSE(context.allowFP16BF16ReductionMathSDP());
}

struct CountingHandler : c10::WarningHandler {
  int warnings = 0;
  void process(const c10::Warning&) override { ++warnings; }
};

TEST(QuietWarnings, swallows_warnings_only_while_it_lives) {
  CountingHandler handler;
  const c10::WarningUtils::WarningHandlerGuard guard(&handler);
  {
    const QuietWarnings quiet;
    TORCH_WARN("nobody hears this");
  }
  EXPECT_EQ(handler.warnings, 0);
  TORCH_WARN("this is heard");
  EXPECT_EQ(handler.warnings, 1);
}

/// The text of the error, without LibTorch's stack trace.
template <typename Error>
std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what_without_backtrace();
  }
  return "no error";
}

TEST(CompositeSdpa, refuses_query_key_and_value_that_differ_in_the_words_of_its_source) {
  const CaseInputs inputs = inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=3,3 mask=none");
  const CompositeSdpa composite = build_composite_sdpa(inputs.parameters());
  const at::Tensor x = inputs.dense(), same_values = x.clone(), same_memory = x.view(x.sizes());
  const std::string expected = "query, key and value must be the same Tensor for now.";
  for (const at::Tensor& other : {same_values, same_memory}) {
    using Refusal = c10::NotImplementedError;
    EXPECT_EQ(refusal<Refusal>([&] { composite.forward(x, other, x, std::nullopt); }), expected);
    EXPECT_EQ(refusal<Refusal>([&] { composite.forward(x, x, other, std::nullopt); }), expected);
    EXPECT_EQ(refusal<Refusal>([&] { composite.forward(other, x, x, std::nullopt); }), expected);
  }
}

TEST(CompositeSdpa, refuses_a_mask_in_the_words_of_its_source) {
  const CaseInputs inputs = inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=3,2");
  const CompositeSdpa composite = build_composite_sdpa(inputs.parameters());
  const at::Tensor& x = inputs.dense();
  EXPECT_EQ(refusal<c10::NotImplementedError>([&] { composite.forward(x, x, x, inputs.key_padding_mask()); }),
            "mask is currently not supported.");
}

TEST(CompositeSdpa, gives_no_second_result) {
  const CaseInputs inputs = inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=3,3 mask=none");
  const at::Tensor& x = inputs.dense();
  const auto [output, weights] = build_composite_sdpa(inputs.parameters()).forward(x, x, x, std::nullopt);
  EXPECT_EQ(output.sizes(), x.sizes());
  EXPECT_FALSE(weights.defined());
}

class BuildCompositeSdpa : public testing::Test {
 protected:
  std::string message() const {
    return refusal<c10::ValueError>([&] { build_composite_sdpa(parameters_); });
  }
  MhaParameters parameters_ = inputs_of("dtype=fp32 heads=2 head_dim=8 lengths=3").parameters();
};

TEST_F(BuildCompositeSdpa, takes_the_parameters_of_a_module) {
  EXPECT_EQ(message(), "no error");
  EXPECT_TRUE(build_composite_sdpa(parameters_).parameters().in_proj_weight.is_same(parameters_.in_proj_weight));
}

TEST_F(BuildCompositeSdpa, refuses_separate_projections) {
  parameters_.in_proj_weight = at::Tensor();
  EXPECT_EQ(message(), "composite SDPA needs in_proj_weight: the module keeps query, key and value apart");
}

TEST_F(BuildCompositeSdpa, refuses_another_width_of_keys) {
  parameters_.in_proj_weight = parameters_.in_proj_weight.narrow(1, 0, 12);
  EXPECT_EQ(
      message(),
      "composite SDPA needs query, key and value of one embed_dim: in_proj_weight is [48, 12], expected [48, 16]");
}

TEST_F(BuildCompositeSdpa, refuses_sequence_first_input) {
  parameters_.batch_first = false;
  EXPECT_EQ(message(), "composite SDPA needs batch_first=true");
}

TEST_F(BuildCompositeSdpa, refuses_heads_that_do_not_divide_the_width) {
  for (const std::int64_t num_heads : {std::int64_t{3}, std::int64_t{0}, std::int64_t{-2}}) {
    parameters_.num_heads = num_heads;
    EXPECT_EQ(message(), "num_heads " + std::to_string(num_heads) + " does not divide embed_dim 16");
  }
}

/// Output of a registered path under its own backend, as token rows.
at::Tensor rows_of(const std::string& path_name, const CaseInputs& inputs) {
  const c10::InferenceMode no_autograd;
  const PathRegistry registry = make_registry();
  const AttentionPath* path = registry.find(path_name);
  if (path == nullptr) throw std::invalid_argument("no path " + path_name);
  const SdpBackendGuard guard(path->backend);
  return token_rows(path->run(inputs).output, inputs);
}

double largest_difference(const at::Tensor& left, const at::Tensor& right) {
  const std::vector<double> a = numbers(left), b = numbers(right);
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

TEST(CompositeSdpa, gives_the_same_as_the_slow_path) {
  for (const char* line : {"dtype=fp32 heads=3 head_dim=8 lengths=5,9,1 extra_padding=2 padding_content=1024 seed=0x4",
                           "dtype=fp32 heads=2 head_dim=16 lengths=7,7 mask=none seed=0x5"}) {
    const CaseInputs inputs = inputs_of(line);
    const at::Tensor slow = rows_of("nn_mha_slow.math", inputs);
    EXPECT_LT(largest_difference(rows_of("composite_sdpa_dense.math", inputs), slow), 1e-5) << line;
    EXPECT_LT(largest_difference(rows_of("composite_sdpa_nested_contiguous.math", inputs), slow), 1e-5) << line;
  }
}

}  // namespace
}  // namespace attngate

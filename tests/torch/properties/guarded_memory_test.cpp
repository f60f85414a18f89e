#include "attngate/properties/property_list.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "attngate/case/text.h"
#include "attngate/oracle/formula.h"
#include "attngate/values/guarded_memory.h"
#include "device_under_test.h"

namespace attngate {
namespace {

at::Tensor bytes(std::int64_t count) {
  return at::empty({count}, at::TensorOptions(at::kByte).device(device_under_test()));
}

/// A view of the bytes around a tensor's own, which only a broken kernel would touch.
at::Tensor beyond(const at::Tensor& tensor, std::int64_t first, std::int64_t count) {
  auto* start = static_cast<std::uint8_t*>(tensor.data_ptr()) + first;
  return at::from_blob(start, {count}, tensor.options());
}

TEST(GuardedMemory, starts_as_nan_in_every_dtype) {
  const GuardedMemory guard(device_under_test());
  for (const at::ScalarType dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    EXPECT_TRUE(at::empty({100}, at::TensorOptions(dtype).device(device_under_test())).isnan().all().item<bool>());
  }
}

TEST(GuardedMemory, sees_no_damage_in_writes_inside_tensors) {
  GuardedMemory guard(device_under_test());
  const at::Tensor alive = bytes(1000).fill_(1);
  bytes(77).fill_(2);
  EXPECT_EQ(guard.damage(), "");
}

TEST(GuardedMemory, sees_one_byte_written_before_or_behind_a_tensor_alive_or_freed) {
  for (const std::int64_t where :
       {std::int64_t{-1}, -GuardedMemory::band_bytes, std::int64_t{1000}, 1000 + GuardedMemory::band_bytes - 1}) {
    for (const bool freed : {false, true}) {
      GuardedMemory guard(device_under_test());
      at::Tensor tensor = bytes(1000);
      beyond(tensor, where, 1).fill_(0);
      if (freed) tensor.reset();
      EXPECT_EQ(guard.damage().find("1 of "), 0u) << where << ", " << freed;
      EXPECT_NE(guard.damage().empty(), !freed) << "damage of a freed block is told once, " << where;
    }
  }
}

TEST(GuardedMemory, leaves_tensors_valid_when_it_ends) {
  at::Tensor survivor;
  {
    const GuardedMemory guard(device_under_test());
    survivor = bytes(10).fill_(7);
  }
  EXPECT_TRUE(survivor.eq(7).all().item<bool>());
  EXPECT_TRUE(bytes(10).fill_(3).eq(3).all().item<bool>());
}

TEST(GuardedMemory, serves_libtorchs_raw_interface) {
  GuardedMemory guard(device_under_test());
  if (device_under_test().is_cuda()) GTEST_SKIP() << "CUDA's raw interface goes past the guard";
  c10::Allocator* const allocator = c10::GetCPUAllocator();
  auto* const memory = static_cast<std::uint8_t*>(allocator->raw_allocate(100));
  memory[99] = 1;
  allocator->raw_deallocate(memory);
  EXPECT_EQ(guard.damage(), "");
}

TEST(GuardedMemory, is_one_at_a_time) {
  const GuardedMemory guard(device_under_test());
  EXPECT_THROW(GuardedMemory{device_under_test()}, std::logic_error);
}

Verdict verdict_under_guard(std::function<PathOutput(const CaseInputs&)> run) {
  PathRegistry registry;
  registry.add({"path", "path", SdpBackend::any, "",
                [](const AttentionCase&, at::DeviceType) { return Promise::runs(); }, std::move(run)});
  return guarded_memory_property().bind({device_under_test(), &registry, {}, {}, {}})(
      parse_line("dtype=fp32 heads=2 head_dim=8 lengths=5,3"));
}

at::Tensor right_rows(const CaseInputs& inputs) {
  return reference_fp64(inputs, false).output.to(inputs.tokens().scalar_type());
}

TEST(GuardedMemoryProperty, holds_for_a_healthy_path_and_counts_equal_bits) {
  const Verdict verdict = verdict_under_guard([](const CaseInputs& inputs) {
    return PathOutput{right_rows(inputs), {}};
  });
  EXPECT_TRUE(verdict.holds) << verdict.reason;
  EXPECT_EQ(verdict.exact_pairs, 1u);
  EXPECT_EQ(verdict.exact_equal, 1u);
}

TEST(GuardedMemoryProperty, catches_a_path_that_writes_past_its_output) {
  const Verdict verdict = verdict_under_guard([](const CaseInputs& inputs) {
    const at::Tensor rows = right_rows(inputs).clone();
    beyond(rows, static_cast<std::int64_t>(rows.nbytes()), 1).zero_();
    return PathOutput{rows, {}};
  });
  EXPECT_FALSE(verdict.holds);
  EXPECT_NE(verdict.reason.find("wrote outside its tensors"), std::string::npos) << verdict.reason;
}

TEST(GuardedMemoryProperty, catches_a_path_that_leaves_its_last_element_unwritten) {
  const Verdict verdict = verdict_under_guard([](const CaseInputs& inputs) {
    const at::Tensor right = right_rows(inputs);
    const at::Tensor rows = at::empty_like(right);
    rows.view(-1).narrow(0, 0, right.numel() - 1).copy_(right.view(-1).narrow(0, 0, right.numel() - 1));
    return PathOutput{rows, {}};
  });
  EXPECT_FALSE(verdict.holds);
  EXPECT_NE(verdict.reason.find("not finite"), std::string::npos) << verdict.reason;
}

}  // namespace
}  // namespace attngate

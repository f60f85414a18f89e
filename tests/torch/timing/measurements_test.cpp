#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include "attngate/paths/capture_obstacle.h"
#include "attngate/timing/allocations.h"
#include "attngate/timing/ceilings.h"
#include "attngate/timing/device_facts.h"
#include "attngate/values/device_memory.h"
#include "device_under_test.h"
#include "timing/figures.h"

namespace attngate {
namespace {

at::TensorOptions bytes() { return at::TensorOptions(device_under_test()).dtype(at::kByte); }

TEST(TimingPeakBytes, count_what_a_call_takes_at_most_and_gives_back) {
  constexpr std::int64_t size = 3 << 20;
  int calls = 0;
  const auto peak = peak_bytes_of(
      [&] {
        ++calls;
        const at::Tensor first = at::empty({size}, bytes()), second = at::empty({2 * size}, bytes());
      },
      device_under_test());
  EXPECT_EQ(calls, 1);
  if (device_under_test().is_cuda()) {
    EXPECT_EQ(peak, std::uint64_t{3 * size});
  } else {
    EXPECT_EQ(peak, std::nullopt);
  }
}

TEST(TimingAllocationCounts, change_with_new_memory_and_not_with_the_cache) {
  // Empties the cache, in which another test may have left 300 MiB.
  if (device_under_test().is_cuda()) free_device_memory(device_under_test());
  const AllocationCounts before = allocation_counts(device_under_test());
  const at::Tensor large = at::empty({std::int64_t{300} << 20}, bytes());
  const AllocationCounts after = allocation_counts(device_under_test());
  if (device_under_test().is_cuda()) {
    EXPECT_GT(after.device_requests, before.device_requests);
    EXPECT_GE(after.reserved_bytes, before.reserved_bytes + (std::int64_t{300} << 20));
  } else {
    EXPECT_EQ(after, before);
  }
  { const at::Tensor small = at::empty({512}, bytes()); }
  const AllocationCounts cached = allocation_counts(device_under_test());
  { const at::Tensor small = at::empty({512}, bytes()); }
  EXPECT_EQ(allocation_counts(device_under_test()), cached);
}

TEST(TimingCaptureObstacle, is_none_for_plain_work_on_the_device) {
  const at::Tensor tensor = at::empty({4}, bytes()).fill_(1);
  EXPECT_EQ(capture_obstacle([&] { tensor.add(tensor).clone(); }), "");
}

TEST(TimingCaptureObstacle, is_a_value_that_the_host_reads) {
  const at::Tensor tensor = at::empty({1}, bytes()).fill_(1);
  EXPECT_EQ(capture_obstacle([&] { tensor.item(); }), "it reads a value of the device (aten::_local_scalar_dense)");
}

TEST(TimingCaptureObstacle, is_a_copy_between_host_and_device) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "there is one device";
  const at::Tensor tensor = at::empty({4}, bytes()).fill_(1);
  EXPECT_EQ(capture_obstacle([&] { tensor.cpu(); }), "it copies between host and device");
}

TEST(TimingDeviceFacts, name_the_device_and_the_versions_that_times_depend_on) {
  const DeviceFacts facts(device_under_test());
  const DeviceKey& key = facts.key();
  std::cout << "  " << to_string(key) << '\n';
  std::cout << "  clocks: " << (facts.clock_problem().empty() ? "known" : facts.clock_problem()) << '\n';
  EXPECT_FALSE(key.name.empty());
  EXPECT_FALSE(key.libtorch.empty());
  const bool cuda = device_under_test().is_cuda();
  EXPECT_EQ(key.compute_capability.empty(), !cuda);
  EXPECT_EQ(key.driver.empty(), !cuda);
  EXPECT_EQ(key.cuda.empty(), !cuda);
  EXPECT_EQ(key.uuid.starts_with("GPU-"), cuda) << key.uuid;
  const ClockState clocks = facts.clocks();
  if (!facts.clock_problem().empty()) {
    EXPECT_EQ(clocks, ClockState{});
  }
  if (clocks.sm_mhz) show("sm_mhz_by_nvml", *clocks.sm_mhz, "MHz");
  for (const std::string& name : names_of_clock_events(clocks.event_reasons.value_or(0))) {
    std::cout << "  clock event: " << name << '\n';
  }
}

TEST(TimingCeilings, are_measured_in_a_moment) {
  const Ceilings ceilings = measure_ceilings(device_under_test());
  for (const auto& [name, product] :
       {std::pair{"bf16", ceilings.bf16}, {"fp16", ceilings.fp16}, {"fp32", ceilings.fp32}}) {
    show(std::string(name) + "_size", static_cast<double>(product.size), "");
    show(std::string(name) + "_product", 1e-12 * product.flops_per_second, "TFLOP/s");
    EXPECT_GE(product.size, 64);
    EXPECT_GT(product.flops_per_second, 1e6);
  }
  show("copied", static_cast<double>(ceilings.copied_bytes) / (1 << 20), "MiB");
  show("copy", 1e-9 * ceilings.copy_bytes_per_second, "GB/s");
  show("ceilings_took", ceilings.seconds, "s");
  EXPECT_GT(ceilings.copy_bytes_per_second, 1e7);
  if (!device_under_test().is_cuda()) return;
  // Half precision runs on units that are at least four times as fast, on every GPU from compute capability 8.0 on.
  EXPECT_GT(ceilings.bf16.flops_per_second, 2 * ceilings.fp32.flops_per_second);
  // 0.1 s of work; the rest is loading cuBLAS.
  EXPECT_LT(ceilings.seconds, 5);
}

}  // namespace
}  // namespace attngate

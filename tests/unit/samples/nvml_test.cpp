#include "attngate/samples/nvml.h"

#include <gtest/gtest.h>

namespace attngate::test {
namespace {

const ClockState known_clocks{1755, clock_event::software_power_cap | clock_event::hardware_thermal_slowdown};

TEST(NvmlTest, knows_nothing_where_it_is_not_installed) {
  const Nvml nvml("GPU-known", "known-address", "libattngate_is_not_there.so");
  EXPECT_EQ(nvml.problem(), "NVML is not installed");
  EXPECT_EQ(nvml.clocks(), ClockState{});
  EXPECT_EQ(nvml.driver_version(), "unknown");
}

TEST(NvmlTest, knows_nothing_where_its_library_is_another) {
  const Nvml nvml("GPU-known", "known-address", "libc.so.6");
  EXPECT_EQ(nvml.problem(), "NVML does not start");
  EXPECT_EQ(nvml.clocks(), ClockState{});
}

TEST(NvmlTest, finds_the_gpu_by_its_uuid) {
  const Nvml nvml("GPU-known", "other-address", ATTNGATE_FAKE_NVML);
  EXPECT_EQ(nvml.problem(), "");
  EXPECT_EQ(nvml.clocks(), known_clocks);
  EXPECT_EQ(nvml.driver_version(), "999.11");
}

TEST(NvmlTest, finds_the_gpu_by_its_address_when_the_uuid_is_unknown) {
  EXPECT_EQ(Nvml("GPU-other", "known-address", ATTNGATE_FAKE_NVML).clocks(), known_clocks);
}

TEST(NvmlTest, knows_the_driver_of_a_gpu_that_it_does_not_know) {
  const Nvml nvml("GPU-other", "other-address", ATTNGATE_FAKE_NVML);
  EXPECT_EQ(nvml.problem(), "NVML does not know the GPU GPU-other at other-address");
  EXPECT_EQ(nvml.clocks(), ClockState{});
  EXPECT_EQ(nvml.driver_version(), "999.11");
}

}  // namespace
}  // namespace attngate::test

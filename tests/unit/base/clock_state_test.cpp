#include "attngate/base/clock_state.h"

#include <gtest/gtest.h>

#include "attngate/base/device_key.h"

namespace attngate::test {
namespace {

using Names = std::vector<std::string>;

TEST(ClockEventsTest, have_no_names_when_there_are_none) { EXPECT_EQ(names_of_clock_events(0), Names{}); }

TEST(ClockEventsTest, are_named_one_by_one) {
  EXPECT_EQ(names_of_clock_events(clock_event::software_power_cap | clock_event::hardware_thermal_slowdown),
            (Names{"software power cap", "hardware thermal slowdown"}));
}

TEST(ClockEventsTest, without_a_name_show_their_bit) {
  EXPECT_EQ(names_of_clock_events(0x8000'0000'0000'0201), (Names{"GPU idle", "0x200", "0x8000000000000000"}));
}

TEST(DeviceKeyTest, reads_as_one_line) {
  EXPECT_EQ(to_string(DeviceKey{"cuda", "NVIDIA H200", "9.0", "580.65.06", "13.0", "2.11.0"}),
            "NVIDIA H200 (9.0), driver 580.65.06, CUDA 13.0, LibTorch 2.11.0");
  EXPECT_EQ(to_string(DeviceKey{"cpu", "Some processor", "", "", "", "2.11.0"}), "Some processor, LibTorch 2.11.0");
}

}  // namespace
}  // namespace attngate::test

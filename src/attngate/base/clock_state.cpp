#include "attngate/base/clock_state.h"

#include <fmt/format.h>

#include <utility>

namespace attngate {
namespace {

constexpr std::pair<std::uint64_t, const char*> names[] = {
    {clock_event::gpu_idle, "GPU idle"},
    {clock_event::applications_clocks, "applications clocks setting"},
    {clock_event::software_power_cap, "software power cap"},
    {clock_event::hardware_slowdown, "hardware slowdown"},
    {clock_event::sync_boost, "sync boost"},
    {clock_event::software_thermal_slowdown, "software thermal slowdown"},
    {clock_event::hardware_thermal_slowdown, "hardware thermal slowdown"},
    {clock_event::hardware_power_brake, "hardware power brake"},
    {clock_event::display_clocks, "display clocks setting"}};

}  // namespace

std::vector<std::string> names_of_clock_events(std::uint64_t reasons) {
  std::vector<std::string> found;
  for (const auto& [bit, name] : names) {
    if (reasons & bit) found.emplace_back(name);
    reasons &= ~bit;
  }
  for (std::uint64_t bit = 1; reasons != 0; bit <<= 1) {
    if (reasons & bit) found.push_back(fmt::format("{:#x}", bit));
    reasons &= ~bit;
  }
  return found;
}

}  // namespace attngate

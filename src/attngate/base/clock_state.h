#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "attngate/base/fields.h"

namespace attngate {

/// Why a GPU's clocks are not at their highest: bits of NVML's clock-event reasons (NVML API reference,
/// "nvmlClocksEventReasons").
namespace clock_event {
inline constexpr std::uint64_t gpu_idle = 0x1;
inline constexpr std::uint64_t applications_clocks = 0x2;
inline constexpr std::uint64_t software_power_cap = 0x4;
inline constexpr std::uint64_t hardware_slowdown = 0x8;
inline constexpr std::uint64_t sync_boost = 0x10;
inline constexpr std::uint64_t software_thermal_slowdown = 0x20;
inline constexpr std::uint64_t hardware_thermal_slowdown = 0x40;
inline constexpr std::uint64_t hardware_power_brake = 0x80;
inline constexpr std::uint64_t display_clocks = 0x100;
}  // namespace clock_event

/// A GPU's clock at one moment; empty where NVML is missing or does not say it, and on the CPU.
struct ClockState {
  /// Clock of the multiprocessors in MHz.
  std::optional<double> sm_mhz;
  /// clock_event bits.
  std::optional<std::uint64_t> event_reasons;
  bool operator==(const ClockState&) const = default;
};

constexpr auto describe(const ClockState*) {
  return fields(field("sm_mhz", &ClockState::sm_mhz), field("event_reasons", &ClockState::event_reasons));
}

/// Names of the bits that are set, e.g. {"software power cap"}; a bit without a name comes as "0x200".
std::vector<std::string> names_of_clock_events(std::uint64_t reasons);

}  // namespace attngate

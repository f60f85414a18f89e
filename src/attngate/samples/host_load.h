#pragma once

#include <istream>
#include <optional>

namespace attngate {

/// Processor time in s, up to one moment.
struct HostLoad {
  /// Of all processors, at work or stolen by another virtual machine.
  double busy_seconds = 0;
  /// Of all processors, idle as well.
  double total_seconds = 0;
  /// Of this process.
  double own_seconds = 0;
};

/// Now, by Linux's /proc/stat and getrusage(); empty where the system does not say.
std::optional<HostLoad> host_load();

/// Busy and total seconds by the first line of such a file (proc(5)); empty where there is no such line.
std::optional<HostLoad> parse_host_load(std::istream& stat, double ticks_per_second);

/// Share of the host's processors, 0 to 1, that other processes took between two moments; empty where either is unknown
/// or no time went by. Counted in ticks of 10 ms: over 0.1 s of 16 processors it is right within 1 %.
std::optional<double> others_cpu_share(const std::optional<HostLoad>& before, const std::optional<HostLoad>& after);

}  // namespace attngate

#include "attngate/samples/host_load.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>

namespace attngate {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

double own_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

}  // namespace

std::optional<HostLoad> parse_host_load(std::istream& stat, double ticks_per_second) {
  std::string name;
  // user nice system idle iowait irq softirq steal; guests are in user already.
  std::array<double, 8> ticks{};
  if (!(stat >> name) || name != "cpu") return std::nullopt;
  for (double& value : ticks) {
    if (!(stat >> value)) return std::nullopt;
  }
  HostLoad load;
  for (const double value : ticks) load.total_seconds += value / ticks_per_second;
  load.busy_seconds = load.total_seconds - (ticks[3] + ticks[4]) / ticks_per_second;
  return load;
}

std::optional<HostLoad> host_load() {
  std::ifstream stat("/proc/stat");
  std::optional<HostLoad> load = parse_host_load(stat, static_cast<double>(sysconf(_SC_CLK_TCK)));
  if (load) load->own_seconds = own_seconds();
  return load;
}

std::optional<double> others_cpu_share(const std::optional<HostLoad>& before, const std::optional<HostLoad>& after) {
  if (!before || !after) return std::nullopt;
  const double total = after->total_seconds - before->total_seconds;
  if (!(total > 0)) return std::nullopt;
  const double others = after->busy_seconds - before->busy_seconds - (after->own_seconds - before->own_seconds);
  return std::clamp(others / total, 0.0, 1.0);
}

}  // namespace attngate

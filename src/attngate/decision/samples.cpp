#include "attngate/decision/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ranges>
#include <utility>

#include "attngate/base/joined.h"
#include "attngate/decision/order_statistics.h"

namespace attngate {
namespace {

bool usable(double value) { return std::isfinite(value) && value > 0; }

double log_ratio(const PairSample& pair) {
  const double ratio = pair.candidate / pair.base;
  // The quotient of two finite numbers above 0 may leave the range of normal ones, where it loses digits or all.
  return std::isnormal(ratio) ? std::log(ratio) : std::log(pair.candidate) - std::log(pair.base);
}

double median_of(std::span<const PairSample> pairs, double PairSample::*field) {
  std::vector<double> values;
  for (const PairSample& pair : pairs) {
    if (std::isfinite(pair.*field)) values.push_back(pair.*field);
  }
  return values.empty() ? 0 : median(values);
}

std::string too_few_problem(const ProcessReading& reading, std::size_t planned) {
  std::string text = fmt::format("{} of {} planned pairs are valid", reading.log_ratios.size(), planned);
  if (reading.throttled > 0) {
    text += fmt::format("; {} throttled ({})", reading.throttled, invalidating_events_text(reading.clock_events));
  }
  if (reading.unusable > 0) text += fmt::format("; {} without a time above 0", reading.unusable);
  return text;
}

std::string problem_of(std::span<const PairSample> valid, const ProcessReading& reading, std::size_t planned,
                       const ReadingRule& rule) {
  const auto allowed = [&](std::size_t pairs) {
    constexpr double rounding = 1e-9;  // a tenth of 10 pairs is one pair
    return static_cast<std::size_t>(rule.max_invalid_share * static_cast<double>(pairs) + rounding);
  };
  if (valid.empty() || valid.size() + allowed(planned) < planned ||
      reading.throttled + reading.unusable > allowed(reading.pairs)) {
    return too_few_problem(reading, planned);
  }
  if (reading.spread > rule.max_spread) {
    return fmt::format("the pairs spread by {:.2f} %, over the cap of {:.2f} %", 100 * reading.spread,
                       100 * rule.max_spread);
  }
  if (reading.others_cpu_share > rule.max_others_cpu_share) {
    return fmt::format(
        "the host was busy: others took {:.0f} % of its processors, over the cap of {:.0f} %; let the gates run alone",
        100 * reading.others_cpu_share, 100 * rule.max_others_cpu_share);
  }
  if (rule.host_bound_expected) return "";
  if (reading.waited > allowed(valid.size())) {
    return fmt::format(
        "host-bound: the device may have waited for the host in {} of {} pairs; put more calls into a sample",
        reading.waited, valid.size());
  }
  return "";
}

}  // namespace

std::string invalidating_events_text(std::uint64_t clock_events) {
  constexpr std::pair<std::uint64_t, const char*> names[] = {{clock_event::hardware_slowdown, "HwSlowdown"},
                                                             {clock_event::software_thermal_slowdown, "SwThermal"},
                                                             {clock_event::hardware_thermal_slowdown, "HwThermal"},
                                                             {clock_event::hardware_power_brake, "HwPowerBrake"}};
  const auto happened = [&](const auto& name) { return (clock_events & name.first) != 0; };
  return joined(names | std::views::filter(happened), ", ", [](const auto& name) { return name.second; });
}

ProcessReading read_process(std::span<const PairSample> pairs, std::size_t planned, const ReadingRule& rule) {
  ProcessReading reading;
  reading.pairs = pairs.size();
  std::vector<PairSample> valid;
  for (const PairSample& pair : pairs) {
    const std::uint64_t events = pair.clock_events & invalidating_clock_events;
    reading.clock_events |= events;
    reading.others_cpu_share = std::max(reading.others_cpu_share, pair.others_cpu_share);
    if (events != 0) {
      ++reading.throttled;
    } else if (!usable(pair.candidate) || !usable(pair.base)) {
      ++reading.unusable;
    } else {
      valid.push_back(pair);
      reading.waited += pair.device_waited;
      reading.log_ratios.push_back(log_ratio(pair) - log_clock_effect(rule.clock, pair.sm_mhz));
    }
  }
  if (!valid.empty()) {
    reading.spread = robust_spread(reading.log_ratios);
    reading.median_candidate = median_of(valid, &PairSample::candidate);
    reading.median_base = median_of(valid, &PairSample::base);
  }
  reading.problem = problem_of(valid, reading, planned, rule);
  std::erase_if(valid, [](const PairSample& pair) { return !(pair.sm_mhz > 0); });
  reading.median_mhz = median_of(valid, &PairSample::sm_mhz);
  return reading;
}

}  // namespace attngate

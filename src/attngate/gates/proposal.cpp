#include "attngate/gates/proposal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "attngate/decision/order_statistics.h"

namespace attngate {
namespace {

void require_enough(std::span<const double> ratios) {
  if (ratios.size() < least_calibration_processes) {
    throw std::invalid_argument(
        fmt::format("{} processes: a bound is proposed from {} or more", ratios.size(), least_calibration_processes));
  }
  for (const double ratio : ratios) {
    if (!(std::isfinite(ratio) && ratio > 0)) {
      throw std::invalid_argument(fmt::format("ratio {}: allowed are finite numbers above 0", ratio));
    }
  }
}

// Three significant digits, away from the healthy side.
double rounded_outward(double value, bool upward) {
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 2);
  const double units = value / unit;
  constexpr double rounding = 1e-9;  // 1.01 is 101 units of 0.01, and a bit
  const double rounded = upward ? std::ceil(units - rounding) : std::floor(units + rounding);
  return std::stod(fmt::format("{:.3g}", rounded * unit));
}

double policy_alarm(const Policy& policy, double processes) {
  const SignTest confirm = policy.confirm_test();
  const auto k = static_cast<double>(confirm.trials);
  double sum = 0;
  for (std::size_t count = confirm.critical; count <= confirm.trials; ++count) {
    const auto j = static_cast<double>(count);
    const double log_choose = std::lgamma(k + 1) - std::lgamma(j + 1) - std::lgamma(k - j + 1);
    const double log_beta = std::lgamma(j + 2) + std::lgamma(k - j + processes) - std::lgamma(k + processes + 2);
    sum += processes * std::exp(log_choose + log_beta);
  }
  return sum;
}

}  // namespace

Proposal propose_bound(BoundKind kind, const Policy& policy, std::span<const double> ratios) {
  require_enough(ratios);
  const auto [smallest, largest] = std::ranges::minmax(ratios);
  const bool larger_is_worse = kind == BoundKind::upper_ratio;
  const auto processes = static_cast<double>(ratios.size());
  Proposal proposal;
  proposal.processes = ratios.size();
  proposal.worst = larger_is_worse ? largest : smallest;
  proposal.median = median(ratios);
  proposal.bound = {.kind = kind, .value = rounded_outward(proposal.worst, larger_is_worse)};
  proposal.one_process_alarm = 1 / (processes + 1);
  constexpr double doubt = 0.05;
  proposal.kept_share = std::pow(doubt, 1 / processes);
  proposal.policy_alarm = policy_alarm(policy, processes);
  proposal.text = fmt::format(
      "worst of {} fresh processes ({:.4g}, median {:.4g}), rounded outward; false alarms of the policy {:.1g}",
      ratios.size(), proposal.worst, proposal.median, proposal.policy_alarm);
  return proposal;
}

}  // namespace attngate

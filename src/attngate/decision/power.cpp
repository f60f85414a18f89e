#include "attngate/decision/power.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/quadrature/trapezoidal.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <stdexcept>

#include "attngate/base/text_table.h"

namespace attngate {
namespace {

double normal_cdf(double value) { return 0.5 * std::erfc(-value / std::sqrt(2.0)); }

void require_spreads(const NoiseModel& noise) {
  for (const double spread : {noise.pair_spread, noise.process_spread}) {
    if (!(std::isfinite(spread) && spread >= 0)) {
      throw std::invalid_argument(fmt::format("spread {}: allowed is a finite number from 0 on", spread));
    }
  }
}

// The test fails a process with this true excess, its own bias included.
double power_in_process(const SignTest& test, double process_excess, double pair_spread) {
  const double exceeding =
      pair_spread > 0 ? normal_cdf(process_excess / pair_spread) : (process_excess > 0 ? 1.0 : 0.0);
  return test.power(exceeding);
}

double power_over_processes(const SignTest& test, double true_excess, const NoiseModel& noise) {
  require_spreads(noise);
  const auto [pair_spread, process_spread] = noise;
  if (process_spread == 0) return power_in_process(test, true_excess, pair_spread);
  if (pair_spread == 0)
    return test.can_fail() ? normal_cdf(true_excess / process_spread) : 0;  // the integral of a step
  constexpr double reach = 8;                                               // N(0, 1) has 1.2e-15 beyond
  const auto weighted = [&](double bias) {
    constexpr double density = 0.3989422804014327;  // 1 / sqrt(2 pi)
    return density * std::exp(-bias * bias / 2) *
           power_in_process(test, true_excess + bias * process_spread, pair_spread);
  };
  constexpr double tolerance = 1e-12;
  constexpr std::size_t most_halvings = 14;  // of a step: where the power rises at once, 2e-4 of it are left out
  return std::clamp(boost::math::quadrature::trapezoidal(weighted, -reach, reach, tolerance, most_halvings), 0.0, 1.0);
}

// "The lower median of the pairs is beyond the bound": more than half of them are.
SignTest majority(std::size_t pairs) { return {.trials = pairs, .critical = pairs / 2 + 1}; }

}  // namespace

double screen_power(const Policy& policy, double true_excess, const NoiseModel& noise) {
  return power_over_processes(policy.screen_test(), true_excess, noise);
}

double confirm_power(const Policy& policy, double true_excess, const NoiseModel& noise) {
  return policy.confirm_test().power(power_over_processes(majority(policy.pairs_per_process), true_excess, noise));
}

double decision_power(const Policy& policy, double true_excess, const NoiseModel& noise) {
  return screen_power(policy, true_excess, noise) * confirm_power(policy, true_excess, noise);
}

double spread_cap(const Policy& policy, double true_excess, double process_spread, double power) {
  if (!(power > 0 && power < 1)) {
    throw std::invalid_argument(fmt::format("power {}: allowed is more than 0 and less than 1", power));
  }
  const auto to_spare = [&](double spread) {
    return decision_power(policy, true_excess, {spread, process_spread}) - power;
  };
  if (true_excess <= 0 || to_spare(0) < 0) return 0;
  const double most = 16 * true_excess;  // a pair is beyond the bound with probability 0.525 then: hardly ever found
  if (to_spare(most) >= 0) return most;
  const auto is_narrow = [&](double low, double high) { return high - low <= 1e-9 * most; };
  return boost::math::tools::bisect(to_spare, 0.0, most, is_narrow).first;
}

std::vector<PowerRow> power_table(const Policy& policy, const Bound& bound, double log_ratio,
                                  const std::vector<double>& slowdowns, const NoiseModel& noise) {
  std::vector<PowerRow> rows;
  for (const double slowdown : slowdowns) {
    const double change = bound.kind == BoundKind::floor ? -std::log1p(slowdown) : std::log1p(slowdown);
    const double true_excess = excess(bound, log_ratio + change);
    PowerRow row{.slowdown = slowdown,
                 .screen = screen_power(policy, true_excess, noise),
                 .confirm = confirm_power(policy, true_excess, noise)};
    row.decision = row.screen * row.confirm;
    rows.push_back(row);
  }
  return rows;
}

std::string power_table_text(const std::vector<PowerRow>& rows) {
  TextTable table({{"slowdown", Align::right},
                   {"screen flags", Align::right},
                   {"confirmed", Align::right},
                   {"fails", Align::right}});
  for (const PowerRow& row : rows) {
    table.add_row({fmt::format("{:.2f} %", 100 * row.slowdown), fmt::format("{:.4f}", row.screen),
                   fmt::format("{:.4f}", row.confirm), fmt::format("{:.2g}", row.decision)});
  }
  return table.text();
}

}  // namespace attngate

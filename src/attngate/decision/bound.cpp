#include "attngate/decision/bound.h"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

namespace attngate {
namespace {

double log_value(const Bound& bound) {
  if (!(std::isfinite(bound.value) && bound.value > 0)) {
    throw std::invalid_argument(fmt::format("bound {}: allowed is a finite number above 0", bound.value));
  }
  return std::log(bound.value);
}

double unrounded_excess(const Bound& bound, double log_ratio) {
  switch (bound.kind) {
    case BoundKind::upper_ratio:
      return log_ratio - log_value(bound);
    case BoundKind::required_speedup:
      return log_ratio + log_value(bound);
    case BoundKind::floor:
      return log_value(bound) - log_ratio;
  }
  throw std::invalid_argument("no such BoundKind");
}

}  // namespace

std::string to_string(BoundKind kind) {
  switch (kind) {
    case BoundKind::upper_ratio:
      return "upper_ratio";
    case BoundKind::required_speedup:
      return "required_speedup";
    case BoundKind::floor:
      return "floor";
  }
  return "unknown kind of bound";
}

double excess(const Bound& bound, double log_ratio) {
  const double result = unrounded_excess(bound, log_ratio);
  // Logarithms of ratios from 1e-8 to 1e8 are below 20 and, with two operations, off by 1e-14 at most.
  constexpr double rounding = 1e-12;
  return std::abs(result) <= rounding ? 0 : result;
}

std::vector<double> excesses(const Bound& bound, std::span<const double> log_ratios) {
  std::vector<double> result;
  result.reserve(log_ratios.size());
  for (const double log_ratio : log_ratios) result.push_back(excess(bound, log_ratio));
  return result;
}

double shown_ratio(const Bound& bound, double log_ratio) {
  return std::exp(bound.kind == BoundKind::required_speedup ? -log_ratio : log_ratio);
}

double headroom(const Bound& bound, double log_ratio) { return std::expm1(-excess(bound, log_ratio)); }

}  // namespace attngate

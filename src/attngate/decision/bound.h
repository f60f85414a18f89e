#pragma once

#include <span>
#include <string>
#include <vector>

#include "attngate/base/fields.h"

namespace attngate {

/// What a bound demands of a sample's ratio, candidate / base.
enum class BoundKind {
  upper_ratio,       ///< candidate / base is at most the value: time of a build against another's, bytes against bytes
  required_speedup,  ///< base / candidate is at least the value: "fast must be at least 1.8x slow"
  floor              ///< candidate / base is at least the value: a rate against the measured peak
};

/// "upper_ratio", "required_speedup" or "floor".
std::string to_string(BoundKind kind);

/// The demand of a gate on the median of the ratio, in one vocabulary for every gate.
struct Bound {
  BoundKind kind = BoundKind::upper_ratio;
  /// More than 0, without unit.
  double value = 1;
  bool operator==(const Bound&) const = default;
};

constexpr auto describe(const Bound*) { return fields(field("kind", &Bound::kind), field("value", &Bound::value)); }

/// By how much a sample is on the wrong side of the bound, in log units: above 0 it violates, at 0 it just holds.
///
/// `log_ratio` is ln(candidate / base). upper_ratio: log_ratio - ln value; required_speedup: log_ratio + ln value;
/// floor: ln value - log_ratio. Up to 1e-12 it is 0: logarithms are rounded, and times of a coarse clock may lie on
/// the bound exactly. Throws std::invalid_argument for a bound whose value is not finite and above 0.
double excess(const Bound& bound, double log_ratio);

/// The same for each of them.
std::vector<double> excesses(const Bound& bound, std::span<const double> log_ratios);

/// What the bound's value is compared with: candidate / base, or base / candidate for a required speed-up.
double shown_ratio(const Bound& bound, double log_ratio);

/// How far inside its bound a ratio lies, as a share: 0.28 for a speed-up of 2.31 where 1.8 is required; negative
/// outside.
double headroom(const Bound& bound, double log_ratio);

}  // namespace attngate

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "attngate/decision/operating_characteristic.h"

namespace attngate {

/// One measured curve, and what was computed for it beforehand.
struct DetectionCurve {
  /// For the legend.
  std::string label;
  /// In ascending slowdown.
  std::vector<DetectionPoint> points;
  /// The curve's bound, marked by a dashed line; 0.01 is 1 %.
  double bound_slowdown = 0;
  /// (slowdown, probability to fail) by the curve's own spreads, drawn as a thin line; empty for none.
  std::vector<std::pair<double, double>> predicted;
};

/// What is written around the curves.
struct DetectionPlot {
  std::string title;
  /// Below it, smaller: the device, say; empty for none.
  std::string subtitle;
  std::vector<DetectionCurve> curves;
};

/// The share of failed decisions against the slowdown, with 95 % Clopper-Pearson intervals, as an SVG file's text.
///
/// Throws std::invalid_argument without any point, for a slowdown that is not finite, or with more curves than
/// colours (6).
std::string detection_svg(const DetectionPlot& plot);

}  // namespace attngate

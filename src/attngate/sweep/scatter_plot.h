#pragma once

#include <string>
#include <utility>
#include <vector>

namespace attngate {

/// Points of one colour.
struct PlotSeries {
  std::string label;
  std::vector<std::pair<double, double>> points;
};

/// An axis of a panel.
struct PlotAxis {
  std::string label;
  /// Logarithmic: every value must be above 0. Else linear.
  bool logarithmic = false;
  /// Values are shares, shown as percent.
  bool percent = false;
};

/// One plot: points of every series, and a line through their medians over ranges of x.
struct PlotPanel {
  std::string title;
  PlotAxis x, y;
  std::vector<PlotSeries> series;
  /// A dashed line at y = 1: as fast as the other.
  bool marks_one = false;
};

/// The panels side by side as an SVG file, below a title. Points that are not finite, or not above 0 on a logarithmic
/// axis, are left out; a panel without any says so. Throws std::invalid_argument for more series than there are
/// colours, 8.
std::string scatter_svg(const std::string& title, const std::vector<PlotPanel>& panels);

}  // namespace attngate

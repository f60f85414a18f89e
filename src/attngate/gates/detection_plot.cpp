#include "attngate/gates/detection_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <stdexcept>

namespace attngate {
namespace {

// Six colours that people who confuse red and green can tell apart. Source: Okabe, Ito, "Color Universal Design",
// 2008.
constexpr std::array<const char*, 6> colours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"};

// In units of the SVG file, one to a pixel where nobody scales it.
constexpr double width = 760, height = 480, left = 70, right = 20, title_height = 64, legend_line = 18, bottom = 56;

/// Steps between ticks that people count in, for about six ticks.
double tick_step(double range) {
  const double rough = range / 6;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power) return factor * power;
  }
  return 10 * power;
}

std::string percent_text(double share) {
  const double percent = std::round(share * 1e6) / 1e4;
  return fmt::format("{:g} %", percent == 0 ? 0 : percent);  // no "-0"
}

class Canvas {
 public:
  explicit Canvas(const DetectionPlot& plot)
      : plot_(plot), top_(title_height + legend_line * static_cast<double>(plot.curves.size())) {
    find_range();
    append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
        "font-family=\"sans-serif\" font-size=\"13\">\n",
        width, height);
    append("<rect width=\"{}\" height=\"{}\" fill=\"white\"/>\n", width, height);
    text(width / 2, 24, "middle", plot.title, " font-size=\"16\"");
    text(width / 2, 43, "middle", plot.subtitle, " font-size=\"12\" fill=\"#555555\"");
    axes();
    for (std::size_t index = 0; index < plot.curves.size(); ++index) curve(plot.curves[index], colours[index], index);
    svg_ += "</svg>\n";
  }

  std::string take() { return std::move(svg_); }

 private:
  template <typename... Arguments>
  void append(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(svg_), format, std::forward<Arguments>(arguments)...);
  }

  void find_range() {
    low_ = high_ = plot_.curves.front().bound_slowdown;
    for (const DetectionCurve& curve : plot_.curves) {
      include(curve.bound_slowdown);
      for (const DetectionPoint& point : curve.points) include(point.slowdown);
      for (const auto& point : curve.predicted) include(point.first);
    }
    const double air = std::max(0.04 * (high_ - low_), 1e-4);  // and a range where there is one slowdown only
    low_ -= air;
    high_ += air;
  }

  void include(double slowdown) {
    if (!std::isfinite(slowdown)) {
      throw std::invalid_argument(fmt::format("slowdown {}: allowed are finite numbers", slowdown));
    }
    low_ = std::min(low_, slowdown);
    high_ = std::max(high_, slowdown);
  }

  double x(double slowdown) const { return left + (slowdown - low_) / (high_ - low_) * (width - left - right); }
  double y(double share) const { return height - bottom - share * (height - top_ - bottom); }

  void line(double x1, double y1, double x2, double y2, const char* style) {
    append("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1, x2, y2, style);
  }

  void text(double at_x, double at_y, const char* anchor, const std::string& words, const char* more = "") {
    append("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>", at_x, at_y, anchor, more);
    for (const char character : words) {
      switch (character) {
        case '<':
          svg_ += "&lt;";
          break;
        case '>':
          svg_ += "&gt;";
          break;
        case '&':
          svg_ += "&amp;";
          break;
        default:
          svg_ += static_cast<unsigned char>(character) < ' ' ? ' ' : character;
      }
    }
    svg_ += "</text>\n";
  }

  void axes() {
    for (int percent = 0; percent <= 100; percent += 20) {
      const double at = y(percent / 100.0);
      line(left, at, width - right, at, "stroke=\"#dddddd\"");
      text(left - 8, at + 4, "end", fmt::format("{} %", percent));
    }
    const double step = tick_step(high_ - low_);
    for (double tick = std::ceil(low_ / step) * step; tick <= high_; tick += step) {
      line(x(tick), y(0), x(tick), y(0) + 5, "stroke=\"black\"");
      text(x(tick), y(0) + 20, "middle", percent_text(tick));
    }
    line(left, y(0), width - right, y(0), "stroke=\"black\"");
    line(left, y(0), left, y(1), "stroke=\"black\"");
    text((left + width - right) / 2, height - 14, "middle", "slowdown of the candidate");
    const double middle = (y(0) + y(1)) / 2;
    text(18, middle, "middle", "decisions that failed",
         fmt::format(" transform=\"rotate(-90 18 {:.1f})\"", middle).c_str());
  }

  void curve(const DetectionCurve& curve, const char* colour, std::size_t index) {
    const double bound = x(curve.bound_slowdown);
    line(bound, y(0), bound, y(1), fmt::format("stroke=\"{}\" stroke-dasharray=\"5 4\"", colour).c_str());
    // Left of it, where a curve still is at the bottom; each a line lower, should two bounds be the same.
    text(bound - 5, y(0.9) + legend_line * static_cast<double>(index), "end",
         "bound " + percent_text(curve.bound_slowdown), fmt::format(" fill=\"{}\"", colour).c_str());
    if (!curve.predicted.empty()) {
      append("<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"1\" stroke-opacity=\"0.6\" points=\"", colour);
      for (const auto& [slowdown, probability] : curve.predicted) {
        append("{:.1f},{:.1f} ", x(slowdown), y(std::clamp(probability, 0.0, 1.0)));
      }
      svg_ += "\"/>\n";
    }
    const std::string stroke = fmt::format("stroke=\"{}\" stroke-width=\"1.6\"", colour);
    for (const DetectionPoint& point : curve.points) {
      const ProportionInterval interval = point.tally.failure_interval();
      const double at = x(point.slowdown);
      line(at, y(interval.lower), at, y(interval.upper), stroke.c_str());
      line(at - 4, y(interval.lower), at + 4, y(interval.lower), stroke.c_str());
      line(at - 4, y(interval.upper), at + 4, y(interval.upper), stroke.c_str());
      append("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\" fill=\"{}\"/>\n", at, y(point.tally.failure_rate()),
             colour);
    }
    legend(curve, colour, index);
  }

  // Between title and plot, where no point can be.
  void legend(const DetectionCurve& curve, const char* colour, std::size_t index) {
    const double at = title_height + legend_line * static_cast<double>(index) + 4;
    append("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\" fill=\"{}\"/>\n", left + 8, at - 4, colour);
    text(left + 20, at, "start", curve.label + (curve.predicted.empty() ? "" : " (line: computed from its spreads)"));
  }

  const DetectionPlot& plot_;
  const double top_;
  std::string svg_;
  double low_ = 0;
  double high_ = 0;
};

}  // namespace

std::string detection_svg(const DetectionPlot& plot) {
  if (plot.curves.size() > colours.size()) {
    throw std::invalid_argument(fmt::format("{} curves: allowed are up to {}", plot.curves.size(), colours.size()));
  }
  if (std::ranges::all_of(plot.curves, [](const DetectionCurve& curve) { return curve.points.empty(); })) {
    throw std::invalid_argument("no points to draw: measure an arm first");
  }
  return Canvas(plot).take();
}

}  // namespace attngate

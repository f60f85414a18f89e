#include "attngate/sweep/scatter_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <stdexcept>

#include "attngate/samples/samples.h"

namespace attngate {
namespace {

// Eight colours that people who confuse red and green can tell apart. Source: Okabe, Ito, "Color Universal Design",
// 2008.
constexpr std::array<const char*, 8> colours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                "#E69F00", "#56B4E9", "#999999", "#000000"};

// In units of the SVG file, one to a pixel where nobody scales it.
constexpr double panel_width = 600, height = 500, left = 72, right = 24, bottom = 58;
constexpr double panel_title = 62, legend_at = 84, legend_line = 18;
// Four labels of so many characters fit beside one another, and three of 20.
constexpr std::size_t short_label = 13;
// A line through medians needs some points a range to say something; tenths of the axis are ranges that an eye can
// follow.
constexpr int ranges_of_line = 10;

std::string escaped(const std::string& words) {
  std::string text;
  for (const char character : words) {
    switch (character) {
      case '<':
        text += "&lt;";
        break;
      case '>':
        text += "&gt;";
        break;
      case '&':
        text += "&amp;";
        break;
      default:
        text += static_cast<unsigned char>(character) < ' ' ? ' ' : character;
    }
  }
  return text;
}

/// From values to places between 0 and 1 of one axis, and its ticks.
class Scale {
 public:
  explicit Scale(const PlotAxis& axis) : axis_(axis) {}

  bool takes(double value) const { return std::isfinite(value) && (!axis_.logarithmic || value > 0); }
  void include(double value) {
    const double at = transformed(value);
    low_ = empty_ ? at : std::min(low_, at);
    high_ = empty_ ? at : std::max(high_, at);
    empty_ = false;
  }
  /// Some air around the points.
  void finish() {
    const double air = std::max(0.05 * (high_ - low_), axis_.logarithmic ? 0.03 : 1e-3);
    low_ -= air;
    high_ += air;
    if (axis_.percent) {
      low_ = std::max(low_, -0.02);
      high_ = std::min(high_, 1.02);
    }
  }
  bool empty() const { return empty_; }
  double place(double value) const { return (transformed(value) - low_) / (high_ - low_); }

  std::vector<double> ticks() const { return axis_.logarithmic ? log_ticks() : linear_ticks(); }

  std::string text(double value) const {
    if (axis_.percent) return fmt::format("{:.3g} %", std::abs(value) < 1e-9 ? 0.0 : 100 * value);
    if (value >= 1e6) return fmt::format("{:g}M", value / 1e6);
    if (value >= 1e3) return fmt::format("{:g}k", value / 1e3);
    return fmt::format("{:g}", value);
  }

 private:
  double transformed(double value) const { return axis_.logarithmic ? std::log10(value) : value; }

  /// 1, 2 and 5 of each decade; whole decades alone where there are more than three, and halves of steps where there is
  /// less than one.
  std::vector<double> log_ticks() const {
    std::vector<double> steps = {1, 2, 5};
    if (high_ - low_ > 3) steps = {1};
    if (high_ - low_ < 0.7) steps = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8};
    std::vector<double> chosen;
    for (double decade = std::floor(low_); decade <= high_; ++decade) {
      for (const double step : steps) {
        const double value = step * std::pow(10, decade);
        if (std::log10(value) >= low_ && std::log10(value) <= high_) chosen.push_back(value);
      }
    }
    return chosen;
  }

  std::vector<double> linear_ticks() const {
    const double rough = (high_ - low_) / 6;  // about six ticks
    const double power = std::pow(10, std::floor(std::log10(rough)));
    const double step = rough <= 1.5 * power   ? power
                        : rough <= 3.5 * power ? 2 * power
                        : rough <= 7.5 * power ? 5 * power
                                               : 10 * power;
    std::vector<double> chosen;
    for (double tick = std::ceil(low_ / step) * step; tick <= high_; tick += step) chosen.push_back(tick);
    return chosen;
  }

  const PlotAxis& axis_;
  bool empty_ = true;
  double low_ = 0, high_ = 1;
};

class Canvas {
 public:
  Canvas(const std::string& title, std::size_t panels) : width_(panel_width * static_cast<double>(panels)) {
    append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
        "font-family=\"sans-serif\" "
        "font-size=\"13\">\n",
        width_, height);
    append("<rect width=\"{}\" height=\"{}\" fill=\"white\"/>\n", width_, height);
    text(width_ / 2, 24, "middle", title, " font-size=\"16\"");
  }

  void draw(const PlotPanel& panel, std::size_t position) {
    panel_ = &panel;
    origin_ = panel_width * static_cast<double>(position);
    const bool are_short =
        std::ranges::all_of(panel.series, [](const PlotSeries& series) { return series.label.size() <= short_label; });
    legend_columns_ = are_short ? 4 : 3;
    top_ = legend_at + legend_line * static_cast<double>((panel.series.size() + legend_columns_ - 1) / legend_columns_);
    Scale x(panel.x), y(panel.y);
    for (const PlotSeries& series : panel.series) {
      for (const auto& [at_x, at_y] : series.points) {
        if (!x.takes(at_x) || !y.takes(at_y)) continue;
        x.include(at_x);
        y.include(at_y);
      }
    }
    text(origin_ + (left + panel_width - right) / 2, panel_title, "middle", panel.title, " font-size=\"14\"");
    if (x.empty()) {
      text(origin_ + (left + panel_width - right) / 2, (top_ + height) / 2, "middle", "no row has both numbers");
      return;
    }
    if (panel.marks_one) y.include(1);
    x.finish();
    y.finish();
    x_ = &x;
    y_ = &y;
    axes();
    for (std::size_t index = 0; index < panel.series.size(); ++index) draw_points(panel.series[index], colours[index]);
    for (std::size_t index = 0; index < panel.series.size(); ++index) draw_medians(panel.series[index], colours[index]);
    for (std::size_t index = 0; index < panel.series.size(); ++index)
      legend(panel.series[index], colours[index], index);
  }

  std::string take() { return std::move(svg_) + "</svg>\n"; }

 private:
  template <typename... Arguments>
  void append(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(svg_), format, std::forward<Arguments>(arguments)...);
  }

  double across(double value) const { return origin_ + left + x_->place(value) * (panel_width - left - right); }
  double up(double value) const { return height - bottom - y_->place(value) * (height - top_ - bottom); }

  void line(double x1, double y1, double x2, double y2, const char* style) {
    append("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1, x2, y2, style);
  }

  void text(double at_x, double at_y, const char* anchor, const std::string& words, const std::string& more = "") {
    append("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", at_x, at_y, anchor, more,
           escaped(words));
  }

  void axes() {
    const double begin = origin_ + left, end = origin_ + panel_width - right, base = height - bottom;
    for (const double tick : y_->ticks()) {
      line(begin, up(tick), end, up(tick), "stroke=\"#dddddd\"");
      text(begin - 8, up(tick) + 4, "end", y_->text(tick));
    }
    for (const double tick : x_->ticks()) {
      line(across(tick), base, across(tick), base + 5, "stroke=\"black\"");
      text(across(tick), base + 20, "middle", x_->text(tick));
    }
    line(begin, base, end, base, "stroke=\"black\"");
    line(begin, base, begin, top_, "stroke=\"black\"");
    if (panel_->marks_one) line(begin, up(1), end, up(1), "stroke=\"#555555\" stroke-dasharray=\"5 4\"");
    text((begin + end) / 2, height - 14, "middle", panel_->x.label);
    const double middle = (base + top_) / 2;
    text(origin_ + 18, middle, "middle", panel_->y.label,
         fmt::format(" transform=\"rotate(-90 {:.1f} {:.1f})\"", origin_ + 18, middle));
  }

  void draw_points(const PlotSeries& series, const char* colour) {
    // Many points over one another: faint ones show where they are dense.
    const double opacity = series.points.size() > 60 ? 0.3 : 0.8;
    append("<g fill=\"{}\" fill-opacity=\"{}\">\n", colour, opacity);
    for (const auto& [at_x, at_y] : series.points) {
      if (!x_->takes(at_x) || !y_->takes(at_y)) continue;
      append("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\"/>\n", across(at_x), up(at_y));
    }
    svg_ += "</g>\n";
  }

  void draw_medians(const PlotSeries& series, const char* colour) {
    std::array<std::vector<double>, ranges_of_line> x_in, y_in;
    for (const auto& [at_x, at_y] : series.points) {
      if (!x_->takes(at_x) || !y_->takes(at_y)) continue;
      const auto range =
          static_cast<std::size_t>(std::clamp(x_->place(at_x) * ranges_of_line, 0.0, ranges_of_line - 1.0));
      x_in[range].push_back(at_x);
      y_in[range].push_back(at_y);
    }
    append("<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"2\" points=\"", colour);
    for (std::size_t range = 0; range < x_in.size(); ++range) {
      if (x_in[range].empty()) continue;
      append("{:.1f},{:.1f} ", across(median_of(x_in[range])), up(median_of(y_in[range])));
    }
    svg_ += "\"/>\n";
  }

  // Above the plot, where no point can be.
  void legend(const PlotSeries& series, const char* colour, std::size_t index) {
    const double column_width = (panel_width - left - right) / static_cast<double>(legend_columns_);
    const double at_x = origin_ + left + static_cast<double>(index % legend_columns_) * column_width;
    const double at_y = legend_at + legend_line * static_cast<double>(index / legend_columns_);
    append("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\"/>\n", at_x + 5, at_y - 4, colour);
    text(at_x + 15, at_y, "start", series.label);
  }

  std::string svg_;
  double width_;
  double origin_ = 0, top_ = 0;
  std::size_t legend_columns_ = 4;
  const PlotPanel* panel_ = nullptr;
  const Scale* x_ = nullptr;
  const Scale* y_ = nullptr;
};

}  // namespace

std::string scatter_svg(const std::string& title, const std::vector<PlotPanel>& panels) {
  Canvas canvas(title, panels.size());
  for (std::size_t position = 0; position < panels.size(); ++position) {
    if (panels[position].series.size() > colours.size()) {
      throw std::invalid_argument(
          fmt::format("{} series: allowed are up to {}", panels[position].series.size(), colours.size()));
    }
    canvas.draw(panels[position], position);
  }
  return canvas.take();
}

}  // namespace attngate

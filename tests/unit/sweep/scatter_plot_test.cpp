#include "attngate/sweep/scatter_plot.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <regex>
#include <stdexcept>

namespace attngate::test {
namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

PlotPanel panel_with(std::vector<std::pair<double, double>> points) {
  return {"title", {.label = "x", .logarithmic = true}, {.label = "y"}, {{"series", std::move(points)}}};
}

TEST(ScatterPlotTest, draws_each_point_inside_its_panel) {
  const std::string svg = scatter_svg("plots", {panel_with({{1, 0}, {10, 5}, {100, -5}}), panel_with({{2, 2}})});
  EXPECT_EQ(count(svg, "r=\"2.5\""), 4u);
  const std::regex circle("<circle cx=\"([-0-9.]+)\" cy=\"([-0-9.]+)\" r=\"2.5\"");
  int found = 0;
  for (std::sregex_iterator match(svg.begin(), svg.end(), circle), end; match != end; ++match, ++found) {
    const double x = std::stod((*match)[1]), y = std::stod((*match)[2]);
    EXPECT_TRUE(found < 3 ? x > 0 && x < 600 : x > 600 && x < 1200) << x;
    EXPECT_TRUE(y > 0 && y < 500) << y;
  }
  EXPECT_EQ(found, 4);
}

TEST(ScatterPlotTest, leaves_out_what_has_no_place) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::string svg = scatter_svg("plots", {panel_with({{1, 1}, {0, 1}, {-1, 1}, {nan, 1}, {1, INFINITY}})});
  EXPECT_EQ(count(svg, "r=\"2.5\""), 1u);
  EXPECT_EQ(count(svg, "nan") + count(svg, "inf"), 0u);
}

TEST(ScatterPlotTest, escapes_text) {
  const std::string svg = scatter_svg("a < b & c", {panel_with({{1, 1}})});
  EXPECT_NE(svg.find("a &lt; b &amp; c"), std::string::npos);
}

TEST(ScatterPlotTest, refuses_more_series_than_colours) {
  PlotPanel panel = panel_with({{1, 1}});
  panel.series.assign(9, panel.series.front());
  EXPECT_THROW(scatter_svg("plots", {panel}), std::invalid_argument);
}

}  // namespace
}  // namespace attngate::test

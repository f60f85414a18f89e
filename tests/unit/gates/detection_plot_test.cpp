#include "attngate/gates/detection_plot.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace attngate::test {
namespace {

DetectionPoint point(double slowdown, std::size_t failed) {
  return {.slowdown = slowdown, .tally = {.decisions = 100, .flagged = failed, .failed = failed}};
}

DetectionPlot sample() {
  DetectionCurve curve{.label = "SDPA <217 us> & more",
                       .points = {point(0, 0), point(0.01, 2), point(0.02, 100)},
                       .bound_slowdown = 0.01,
                       .predicted = {{0, 0}, {0.02, 1}}};
  return {.title = "Detection", .subtitle = "NVIDIA H100", .curves = {curve}};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(DetectionPlotTest, draws_every_point_with_its_interval_and_the_computed_line) {
  const std::string svg = detection_svg(sample());
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_EQ(count(svg, "<circle"), 3u + 1u);  // and one in the legend
  EXPECT_EQ(count(svg, "stroke-width=\"1.6\""), 3u * 3u);
  EXPECT_EQ(count(svg, "<polyline"), 1u);
  EXPECT_EQ(count(svg, "nan") + count(svg, "inf"), 0u);
  EXPECT_EQ(count(svg, "bound 1 %"), 1u);
}

TEST(DetectionPlotTest, escapes_what_is_written) {
  const std::string svg = detection_svg(sample());
  EXPECT_NE(svg.find("SDPA &lt;217 us&gt; &amp; more (line: computed from its spreads)"), std::string::npos);
}

TEST(DetectionPlotTest, stands_a_single_point) {
  DetectionPlot plot;
  plot.curves.push_back({.label = "one", .points = {point(0, 0)}, .bound_slowdown = 0, .predicted = {}});
  EXPECT_EQ(count(detection_svg(plot), "nan"), 0u);
}

TEST(DetectionPlotTest, refuses_what_cannot_be_drawn) {
  EXPECT_THROW(detection_svg({}), std::invalid_argument);
  DetectionPlot plot = sample();
  plot.curves[0].points[1].slowdown = std::nan("");
  EXPECT_THROW(detection_svg(plot), std::invalid_argument);
  plot = sample();
  plot.curves.resize(7, plot.curves[0]);
  EXPECT_THROW(detection_svg(plot), std::invalid_argument);
}

}  // namespace
}  // namespace attngate::test

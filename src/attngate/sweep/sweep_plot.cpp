#include "attngate/sweep/sweep_plot.h"

#include <charconv>
#include <map>
#include <optional>

#include "attngate/sweep/scatter_plot.h"

namespace attngate {
namespace {

// What a panel can tell apart by colour, see scatter_svg: further lengths join the last one.
constexpr std::size_t most_series = 8;

std::optional<double> number_in(const std::string& cell) {
  double value = 0;
  const auto [stop, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || stop != cell.data() + cell.size()) return std::nullopt;
  return value;
}

/// The points of two columns, of rows that have both numbers.
std::vector<std::pair<double, double>> points_of(const std::vector<CsvRow>& rows, std::size_t x, std::size_t y) {
  std::vector<std::pair<double, double>> points;
  for (const CsvRow& row : rows) {
    const std::optional<double> at_x = number_in(row[x]), at_y = number_in(row[y]);
    if (at_x && at_y) points.emplace_back(*at_x, *at_y);
  }
  return points;
}

PlotPanel speedup_panel(const SweepPlan& plan, const std::vector<CsvRow>& rows) {
  const std::size_t series_column = column_index(plan, plan.plot.series);
  std::map<double, std::vector<CsvRow>> rows_of_length;
  for (const CsvRow& row : rows) rows_of_length[number_in(row[series_column]).value_or(0)].push_back(row);
  PlotPanel panel{"speedup by length (lines: medians)",
                  {.label = "padding", .percent = true},
                  {.label = plan.plot.speedup_label, .logarithmic = true},
                  {},
                  /*marks_one=*/true};
  for (const auto& [length, of_length] : rows_of_length) {
    const auto points =
        points_of(of_length, column_index(plan, plan.plot.padding), column_index(plan, plan.plot.speedup));
    const std::string label = "length " + of_length.front()[series_column];
    if (panel.series.size() < most_series) {
      panel.series.push_back({label, points});
    } else {
      PlotSeries& last = panel.series.back();
      if (!last.label.ends_with(" and more")) last.label += " and more";
      last.points.insert(last.points.end(), points.begin(), points.end());
    }
  }
  return panel;
}

PlotPanel time_panel(const SweepPlan& plan, const std::vector<CsvRow>& rows) {
  PlotPanel panel{"time by operator (lines: medians)",
                  {.label = "tokens in the batch, padding left out", .logarithmic = true},
                  {.label = "time in \u00B5s", .logarithmic = true},
                  {}};
  for (const TimeColumn& time : plan.plot.times) {
    const auto points = points_of(rows, column_index(plan, plan.plot.tokens), column_index(plan, time.column));
    if (!points.empty()) panel.series.push_back({time.label, points});
  }
  return panel;
}

}  // namespace

std::string sweep_svg(const SweepPlan& plan, const std::vector<CsvRow>& rows, const std::string& device) {
  return scatter_svg("attngate sweep " + plan.name + " on " + device,
                     {speedup_panel(plan, rows), time_panel(plan, rows)});
}

}  // namespace attngate

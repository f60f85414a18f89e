#include "attngate/cli/property_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "attngate/base/number_text.h"
#include "attngate/report/results_list.h"
#include "attngate/run/stop_request.h"

namespace attngate {

std::size_t PropertySeries::finished() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(results, [](const Results& test) { return test.report.ended_by != RunEnd::stopped; }));
}

PropertySeries run_in_turn(const std::vector<PropertyRun>& runs, WorkerPool& pool, const std::string& json_file) {
  PropertySeries series;
  series.planned = runs.size();
  for (const PropertyRun& run : runs) {
    if (noted_stop() != 0) break;
    series.results.push_back(run_property(run, pool, std::cout).results);
    // After each property, so that an interrupted run loses nothing.
    if (!json_file.empty()) write_results_list(json_file, series.results, series.finished() == series.planned);
  }
  return series;
}

void end_where_stopped(const PropertySeries& series) {
  if (series.finished() == series.planned || noted_stop() == 0) return;
  std::cout << fmt::format("stopped: {} of {} finished\n", grouped(series.finished()), counted(series.planned, "test"))
            << std::flush;
  end_by(noted_stop());
}

}  // namespace attngate

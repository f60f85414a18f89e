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

PropertySeries run_in_turn(const std::vector<PropertyRun>& runs, WorkerPool& pool, KeptFile json_file) {
  PropertySeries series{{}, runs.size(), {}, std::move(json_file)};
  for (const PropertyRun& run : runs) {
    if (noted_stop() != 0) break;
    try {
      series.results.push_back(run_property(run, pool, std::cout).results);
    } catch (const UsageError& error) {
      if (series.results.empty()) throw;  // nothing was checked that could be lost
      series.not_begun.push_back(test_name(*run.property, run.dtype, run.device.type()) + ": " + error.what());
    }
    // After each property, so that an interrupted run loses nothing.
    if (series.json_file.is_wanted())
      series.json_file.write(results_list_to_json(series.results, series.finished() == series.planned));
  }
  return series;
}

int end_of(PropertySeries& series, int code) {
  for (const std::string& line : series.not_begun) std::cerr << "attngate: failed: " << line << '\n';
  code = series.json_file.tell(series.not_begun.empty() ? code : code_of_what_is_missing(code));
  if (series.finished() == series.planned || noted_stop() == 0) return code;
  std::cout << fmt::format("stopped: {} of {} finished\n", grouped(series.finished()), counted(series.planned, "test"))
            << std::flush;
  end_by(noted_stop());
}

}  // namespace attngate

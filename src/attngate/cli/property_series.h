#pragma once

#include <string>
#include <vector>

#include "attngate/report/results.h"
#include "attngate/suite/property_run.h"

namespace attngate {

/// What came of properties that a command ran one after the other.
struct PropertySeries {
  /// One for each property that ran, the one that was stopped included.
  std::vector<Results> results;
  /// How many were to run.
  std::size_t planned = 0;

  /// How many ran to their end.
  std::size_t finished() const;
};

/// Runs them in their order, and writes the results to `json_file` after each; to none where it is empty. Where the
/// process is asked to stop (run/stop_request.h), no more are begun.
PropertySeries run_in_turn(const std::vector<PropertyRun>& runs, WorkerPool& pool, const std::string& json_file);

/// Says on stdout what was not finished. A command that was stopped ends here, by the signal that stopped it.
void end_where_stopped(const PropertySeries& series);

}  // namespace attngate

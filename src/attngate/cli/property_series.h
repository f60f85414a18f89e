#pragma once

#include <string>
#include <vector>

#include "attngate/cli/kept_file.h"
#include "attngate/report/results.h"
#include "attngate/suite/property_run.h"

namespace attngate {

/// What came of properties that a command ran one after the other.
struct PropertySeries {
  /// One for each property that ran, the one that was stopped included.
  std::vector<Results> results;
  /// How many were to run.
  std::size_t planned = 0;
  /// Those that could not begin, for want of room for their files say: one line each.
  std::vector<std::string> not_begun;
  /// What the command was asked to leave behind.
  KeptFile json_file;

  /// How many ran to their end.
  std::size_t finished() const;
};

/// Runs them in their order, and writes the results to `json_file` after each. Where the
/// process is asked to stop (run/stop_request.h), no more are begun. Throws UsageError where the first one cannot
/// begin; later ones that cannot are left out.
PropertySeries run_in_turn(const std::vector<PropertyRun>& runs, WorkerPool& pool, KeptFile json_file);

/// The last thing that the command does: says what did not begin, what could not be written, and what was not finished,
/// and gives the exit code, which is `code` where all was well. A command that was stopped ends here, by the signal
/// that stopped it.
int end_of(PropertySeries& series, int code);

}  // namespace attngate

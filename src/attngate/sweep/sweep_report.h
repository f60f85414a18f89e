#pragma once

#include <string>
#include <vector>

#include "attngate/sweep/sweep_plan.h"

namespace attngate {

/// What there is to say of a sweep beside its rows.
struct SweepSummary {
  std::string device;
  double seconds = 0;
  /// Rows that this run measured; the others were there already.
  std::uint64_t measured = 0;
  bool interrupted = false;
  /// Where the workers' time went, of all measured rows.
  RowSeconds spent = {};
};

/// The rows as an aligned table, then the rows that failed with their reasons, what was skipped and why, and the
/// counts.
std::string sweep_text(const SweepPlan& plan, const std::vector<CsvRow>& rows, const SweepSummary& summary);

/// Error counts per entry name as one JSON object, as the seed program writes them: {} where there are none.
std::string error_counts_json(const SweepPlan& plan, const std::vector<CsvRow>& rows);

/// Everything as JSON: options, every row by column with its case line, errors; docs/sweep.md has the fields.
std::string sweep_json(const SweepPlan& plan, const std::vector<CsvRow>& rows, const SweepSummary& summary);

}  // namespace attngate

#pragma once

#include <iosfwd>
#include <vector>

#include "attngate/base/text_table.h"
#include "attngate/report/results.h"

namespace attngate {

/// Prints one row a test: property, dtype, device, the SDPA backends that ran, cases, cases a second, the worst margin
/// and its path, results with the same bits where those were expected, time and status; behind them a row for each run
/// that did not finish, with its last case; then a line with the totals. Below a test that does not hold stands why, in
/// brief where the failure reports stand above.
void print_results_table(std::ostream& out, const std::vector<Results>& results,
                         const std::vector<UnfinishedRun>& unfinished = {}, bool in_brief = false);

/// Prints how many cases of all tests together had each value of each dimension, and returns the values that none had:
/// "mask 4d". Prints nothing when no case was checked.
std::vector<std::string> print_coverage_table(std::ostream& out, const std::vector<Results>& results);

/// Prints one row for each path of each test: backends, runs, refused cases, worst margin, median time in us. Prints
/// nothing when no test ran a path.
void print_paths_table(std::ostream& out, const std::vector<Results>& results);

}  // namespace attngate

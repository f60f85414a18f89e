#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "attngate/sweep/csv.h"
#include "attngate/sweep/sweep_points.h"
#include "attngate/sweep/sweep_request.h"

namespace attngate {

/// One column of a sweep's CSV and table.
struct SweepColumn {
  /// In the CSV's header and in JSON.
  std::string name;
  /// In the printed table; empty for a column that the table leaves out.
  std::string heading;
  /// Numbers keep to the right, and are numbers in JSON.
  bool is_number = false;
  /// Follows from the plan alone: rows of an earlier run must have the same there.
  bool is_planned = false;
  std::function<std::string(const SweepPoint&, const SweepAnswer&)> cell;
  /// The table shows the ends of its interval in the same column: those of the CSV's columns `<interval>_from` and
  /// `<interval>_to`. Empty for a column without an interval.
  std::string interval = {};
};

/// Options by name, each as text.
using OptionValues = std::vector<std::pair<std::string, std::string>>;

/// A sweep before its first row: what there is to measure, and how it is written down.
struct SweepPlan {
  /// "fastpath" or "sdp".
  std::string name;
  std::vector<SweepColumn> columns;
  SweepPoints points;
  /// Every option that rows depend on, in one line for JSON and for the column `run`.
  std::string options;
  /// Those that differ from the defaults, in one line for people.
  std::string changed_options;
  /// What a reader of the table should know: which operators are skipped throughout, and why.
  std::vector<std::string> notes;
};

/// The names of the columns.
CsvRow header_of(const SweepPlan& plan);

/// The row that an answer makes.
CsvRow row_of(const SweepPlan& plan, const SweepPoint& point, const SweepAnswer& answer);

/// The index of a column; throws std::out_of_range for a name that there is not.
std::size_t column_index(const SweepPlan& plan, const std::string& name);

/// Whether the column `status` of a row is no "error".
bool row_holds(const SweepPlan& plan, const CsvRow& row);

/// Errors by entry name, of rows that are there; entries without one are left out.
std::map<std::string, std::uint64_t> errors_of(const SweepPlan& plan, const std::vector<CsvRow>& rows);

/// Each "name=value", with spaces between.
std::string joined_options(const OptionValues& values);

/// "fastpath: width=0.5", of the values that differ from the defaults of the same names.
std::string changed_options_text(const std::string& sweep, const OptionValues& values, const OptionValues& defaults);

/// A number, 16 hexadecimal digits, that two sweeps share when all their options and their device are the same.
std::string run_id(const std::string& options);

/// The rows of an earlier run of the same plan, from the text of its CSV, and how many bytes of it they take.
///
/// Throws UsageError, naming the first difference, where the columns, the grid or the options were others.
CsvText rows_of_earlier_run(const SweepPlan& plan, const std::string& text, const std::string& file);

// Columns that both sweeps have.

/// A cell of the configuration.
SweepColumn configuration_column(const std::string& name, const std::string& heading, bool is_number);
/// The time of the operator of that index in us; "skipped" or empty where there is none.
SweepColumn time_column(const std::string& name, const std::string& heading, std::size_t index);
/// The kernels that the operator of that index was seen to run.
SweepColumn backend_column(const std::string& name, const std::string& heading, std::size_t index);
/// The speedup of that index, and the ends of its interval.
SweepColumn speedup_column(const std::string& name, const std::string& heading, std::size_t index,
                           const std::string& interval);
SweepColumn lower_column(const std::string& name, std::size_t index);
SweepColumn upper_column(const std::string& name, std::size_t index);
/// FLOP/s of the operator of that index in 10^12, of the valid tokens' work.
SweepColumn tflops_column(const std::string& name, const std::string& heading, std::size_t index);
/// padding, tokens; worst_margin, checked_sequences, pairs, status, detail and run.
SweepColumn padding_column();
SweepColumn tokens_column();
void add_closing_columns(SweepPlan& plan);

}  // namespace attngate

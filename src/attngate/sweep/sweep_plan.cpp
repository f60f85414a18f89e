#include "attngate/sweep/sweep_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "attngate/base/fnv.h"
#include "attngate/base/joined.h"
#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"

namespace attngate {

CsvRow header_of(const SweepPlan& plan) {
  CsvRow header;
  for (const SweepColumn& column : plan.columns) header.push_back(column.name);
  return header;
}

CsvRow row_of(const SweepPlan& plan, const SweepPoint& point, const SweepAnswer& answer) {
  CsvRow row;
  for (const SweepColumn& column : plan.columns) row.push_back(column.cell(point, answer));
  return row;
}

std::size_t column_index(const SweepPlan& plan, const std::string& name) {
  for (std::size_t index = 0; index < plan.columns.size(); ++index) {
    if (plan.columns[index].name == name) return index;
  }
  throw std::out_of_range("the sweep has no column " + name);
}

bool row_holds(const SweepPlan& plan, const CsvRow& row) { return row[column_index(plan, "status")] != "error"; }

std::map<std::string, std::uint64_t> errors_of(const SweepPlan& plan, const std::vector<CsvRow>& rows) {
  std::map<std::string, std::uint64_t> errors;
  for (std::size_t index = 0; index < rows.size(); ++index) {
    if (!row_holds(plan, rows[index])) ++errors[plan.points[index].entry_name];
  }
  return errors;
}

std::string joined_options(const OptionValues& values) {
  return joined(values, " ", [](const auto& value) { return value.first + "=" + value.second; });
}

std::string changed_options_text(const std::string& sweep, const OptionValues& values, const OptionValues& defaults) {
  OptionValues changed;
  std::ranges::copy_if(values, std::back_inserter(changed),
                       [&](const auto& value) { return std::ranges::count(defaults, value) == 0; });
  return sweep + ": " + (changed.empty() ? "every option as by default" : joined_options(changed));
}

std::string run_id(const std::string& options) { return fmt::format("{:016x}", fnv1a(options)); }

CsvText rows_of_earlier_run(const SweepPlan& plan, const std::string& text, const std::string& file) {
  const auto refuse = [&](const std::string& difference) {
    throw UsageError(
        fmt::format("--resume: {} is of another sweep: {}; resume it with the options that it was made with, or save "
                    "to another file",
                    printable(file), difference));
  };
  CsvText earlier = parse_csv(text);
  if (earlier.rows.empty()) return {};  // not even a whole header: nothing was measured
  if (earlier.rows.front() != header_of(plan)) refuse("it has other columns");
  earlier.rows.erase(earlier.rows.begin());
  if (earlier.rows.size() > plan.points.size()) {
    refuse(fmt::format("it has {} rows, and this one has {} configurations", earlier.rows.size(), plan.points.size()));
  }
  for (std::size_t index = 0; index < earlier.rows.size(); ++index) {
    const CsvRow& row = earlier.rows[index];
    if (row.size() != plan.columns.size()) {
      refuse(fmt::format("row {} has {} cells and not {}", index + 1, row.size(), plan.columns.size()));
    }
    const SweepPoint point = plan.points[index];
    for (std::size_t column = 0; column < row.size(); ++column) {
      if (!plan.columns[column].is_planned) continue;
      const std::string planned = plan.columns[column].cell(point, {});
      if (row[column] == planned) continue;
      const std::string& name = plan.columns[column].name;
      if (name == "run") refuse("it was made with other options, on another device or with another LibTorch");
      refuse(fmt::format("row {} has {} {} and not {}", index + 1, name, printable(row[column]), printable(planned)));
    }
  }
  return earlier;
}

}  // namespace attngate

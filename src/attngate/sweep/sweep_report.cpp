#include "attngate/sweep/sweep_report.h"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "attngate/base/json_fields.h"
#include "attngate/base/number_text.h"
#include "attngate/base/text_table.h"

namespace attngate {
namespace {

std::vector<std::size_t> columns_in_table(const SweepPlan& plan) {
  std::vector<std::size_t> chosen;
  for (std::size_t index = 0; index < plan.columns.size(); ++index) {
    if (!plan.columns[index].heading.empty()) chosen.push_back(index);
  }
  return chosen;
}

/// As a number; nothing where the cell is none.
std::optional<double> number_in(const std::string& cell) {
  double value = 0;
  const auto [stop, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return error == std::errc() && stop == cell.data() + cell.size() ? std::optional(value) : std::nullopt;
}

/// What the table has in that column: "0.72 (0.68 to 0.74)" for one with an interval.
std::string shown_cell(const SweepPlan& plan, const CsvRow& row, std::size_t index) {
  const std::string& interval = plan.columns[index].interval;
  if (interval.empty()) return row[index];
  const auto centre = number_in(row[index]), lower = number_in(row[column_index(plan, interval + "_from")]),
             upper = number_in(row[column_index(plan, interval + "_to")]);
  if (!centre || !lower || !upper) return row[index];
  return fmt::format("{} ({})", short_number(*centre), range_text(*lower, *upper));
}

std::string table_of(const SweepPlan& plan, const std::vector<CsvRow>& rows) {
  const std::vector<std::size_t> chosen = columns_in_table(plan);
  std::vector<TextTable::Column> headings;
  for (const std::size_t index : chosen) {
    headings.push_back({plan.columns[index].heading, plan.columns[index].is_number ? Align::right : Align::left});
  }
  TextTable table(std::move(headings));
  for (const CsvRow& row : rows) {
    std::vector<std::string> cells;
    for (const std::size_t index : chosen) cells.push_back(shown_cell(plan, row, index));
    table.add_row(std::move(cells));
  }
  return table.text();
}

/// What the rows' details say, each text once, with how often: the reasons of what was skipped come in every row.
std::string details_of(const SweepPlan& plan, const std::vector<CsvRow>& rows) {
  const std::size_t detail = column_index(plan, "detail");
  std::string text;
  std::map<std::string, std::uint64_t> skipped;
  for (std::size_t index = 0; index < rows.size(); ++index) {
    if (row_holds(plan, rows[index])) {
      if (!rows[index][detail].empty()) ++skipped[rows[index][detail]];
      continue;
    }
    const SweepPoint point = plan.points[index];
    text += fmt::format("error: row {}, {}: {}\n  attngate replay '{}'\n", index + 1, point.entry_name,
                        rows[index][detail], point.request.line);
  }
  for (const auto& [reason, count] : skipped) text += fmt::format("{}: {}\n", counted(count, "row"), reason);
  return text;
}

std::uint64_t total_of(const std::map<std::string, std::uint64_t>& errors) {
  std::uint64_t total = 0;
  for (const auto& [name, count] : errors) total += count;
  return total;
}

/// A number where the column has numbers and the cell is one, else the text; empty cells are null.
json json_cell(const SweepColumn& column, const std::string& cell) {
  if (cell.empty()) return nullptr;
  const std::optional<double> value = column.is_number ? number_in(cell) : std::nullopt;
  return value ? number(*value) : json(cell);
}

}  // namespace

std::string sweep_text(const SweepPlan& plan, const std::vector<CsvRow>& rows, const SweepSummary& summary) {
  std::string text = table_of(plan, rows) + "\n" + details_of(plan, rows);
  for (const std::string& note : plan.notes) text += note + "\n";
  text += fmt::format("{} of {} rows", grouped(rows.size()), grouped(plan.points.size()));
  if (summary.measured > 0) {
    text += fmt::format(
        ", {} of them measured in {:.1f} s, {:.1f} ms each (inputs {:.1f} s, checks {:.1f} s, samples {:.1f} s)",
        grouped(summary.measured), summary.seconds, 1e3 * summary.seconds / static_cast<double>(summary.measured),
        summary.spent.prepare, summary.spent.check, summary.spent.sample);
  }
  text += fmt::format("\nTotal errors: {}\n", total_of(errors_of(plan, rows)));
  return text;
}

std::string error_counts_json(const SweepPlan& plan, const std::vector<CsvRow>& rows) {
  json counts = json::object();
  for (const auto& [name, count] : errors_of(plan, rows)) counts[name] = count;
  return counts.dump() + "\n";
}

std::string sweep_json(const SweepPlan& plan, const std::vector<CsvRow>& rows, const SweepSummary& summary) {
  json list = json::array();
  for (std::size_t index = 0; index < rows.size(); ++index) {
    json row = json::object();
    for (std::size_t column = 0; column < plan.columns.size(); ++column) {
      row[plan.columns[column].name] = json_cell(plan.columns[column], rows[index][column]);
    }
    row["case"] = plan.points[index].request.line;
    list.push_back(std::move(row));
  }
  const auto errors = errors_of(plan, rows);
  return text_of({{"schema", "attngate.sweep"},
                  {"version", 1},
                  {"sweep", plan.name},
                  {"device", summary.device},
                  {"options", plan.options},
                  {"configurations", plan.points.size()},
                  {"interrupted", summary.interrupted},
                  {"measured", summary.measured},
                  {"seconds", number(summary.seconds)},
                  {"seconds_of_inputs", number(summary.spent.prepare)},
                  {"seconds_of_checks", number(summary.spent.check)},
                  {"seconds_of_samples", number(summary.spent.sample)},
                  {"errors", errors},
                  {"total_errors", total_of(errors)},
                  {"rows", std::move(list)}});
}

}  // namespace attngate

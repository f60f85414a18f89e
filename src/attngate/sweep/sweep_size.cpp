#include "attngate/sweep/sweep_size.h"

#include <fmt/format.h>

#include "attngate/base/number_text.h"
#include "attngate/base/text_table.h"
#include "attngate/base/usage_error.h"

namespace attngate {
namespace {

/// What a row takes beside its samples: 28.4 ms of an H100's rows were 15 ms of samples (docs/sweep.md).
constexpr double seconds_beside_samples = 0.0134;

/// A row's cells in memory: some 30 of 32 bytes, and the few long ones.
constexpr std::uint64_t memory_of_a_row = 1200;

/// Of an outline, from either end.
constexpr std::uint64_t shown_rows = 3;

std::string duration_text(double seconds) {
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f} minutes", seconds / 60);
  if (seconds < 2 * 86400) return fmt::format("{:.0f} hours", seconds / 3600);
  return fmt::format("{:.3g} days", seconds / 86400);
}

std::string bytes_text(double bytes) {
  if (bytes < 1e6) return fmt::format("{:.3g} kB", bytes * 1e-3);
  return bytes < 1e9 ? fmt::format("{:.3g} MB", bytes * 1e-6) : fmt::format("{:.3g} GB", bytes * 1e-9);
}

}  // namespace

std::string size_text(std::uint64_t rows, double row_seconds) {
  const auto count = static_cast<double>(rows);
  return fmt::format("{}: about {} on an H100, longer on a CPU; up to {} in --save-path, {} of memory",
                     counted(rows, "row"), duration_text(count * (row_seconds + seconds_beside_samples)),
                     bytes_text(count * bytes_of_a_row), bytes_text(count * memory_of_a_row));
}

void require_size(std::uint64_t rows, std::uint64_t most_rows, double row_seconds) {
  if (rows <= most_rows) return;
  throw UsageError(
      fmt::format("the grid is larger than --most-rows {}: {}; make it smaller, or allow --most-rows {}; "
                  "--dry-run shows its first and last rows",
                  most_rows, size_text(rows, row_seconds), rows));
}

std::string outline_text(const SweepPlan& plan) {
  std::vector<const SweepColumn*> columns;
  std::vector<TextTable::Column> headings = {{"row", Align::right}};
  for (const SweepColumn& column : plan.columns) {
    if (!column.is_planned || column.name == "run") continue;
    columns.push_back(&column);
    headings.push_back(
        {column.heading.empty() ? column.name : column.heading, column.is_number ? Align::right : Align::left});
  }
  TextTable table(std::move(headings));
  const auto add = [&](std::uint64_t index) {
    const SweepPoint point = plan.points[index];
    std::vector<std::string> cells = {grouped(index + 1)};
    for (const SweepColumn* column : columns) cells.push_back(column->cell(point, {}));
    table.add_row(std::move(cells));
  };
  const std::uint64_t rows = plan.points.size();
  const bool is_cut = rows > 2 * shown_rows;
  for (std::uint64_t index = 0; index < (is_cut ? shown_rows : rows); ++index) add(index);
  if (is_cut) {
    table.add_row(std::vector<std::string>(columns.size() + 1, "..."));
    for (std::uint64_t index = rows - shown_rows; index < rows; ++index) add(index);
  }
  return table.text();
}

}  // namespace attngate

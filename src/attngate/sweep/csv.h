#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace attngate {

/// The cells of one line of a CSV file.
using CsvRow = std::vector<std::string>;

/// The cells as one line with its newline; a cell with a comma, a quote or a line break comes in quotes (RFC 4180).
std::string csv_line(const CsvRow& cells);

/// A CSV text in rows. What follows the last newline is left out: a line that was never finished.
struct CsvText {
  std::vector<CsvRow> rows;
  /// Bytes of the text up to the end of the last whole row.
  std::size_t whole_bytes = 0;
};

/// Reads what csv_line writes, and lines that end in "\r\n". A quote that is never closed ends the whole rows before
/// it.
CsvText parse_csv(std::string_view text);

}  // namespace attngate

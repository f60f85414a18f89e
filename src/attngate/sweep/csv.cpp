#include "attngate/sweep/csv.h"

#include "attngate/base/joined.h"

namespace attngate {
namespace {

std::string csv_cell(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char character : cell) {
    if (character == '"') quoted += '"';
    quoted += character;
  }
  return quoted + "\"";
}

}  // namespace

std::string csv_line(const CsvRow& cells) { return joined(cells, ",", csv_cell) + "\n"; }

CsvText parse_csv(std::string_view text) {
  CsvText parsed;
  CsvRow row(1);
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char character = text[at];
    if (quoted) {
      const bool doubled = character == '"' && at + 1 < text.size() && text[at + 1] == '"';
      if (doubled) ++at;
      if (character == '"' && !doubled) {
        quoted = false;
      } else {
        row.back() += character;
      }
    } else if (character == '"') {
      quoted = true;
    } else if (character == ',') {
      row.emplace_back();
    } else if (character == '\n') {
      if (row.back().ends_with('\r')) row.back().pop_back();
      parsed.rows.push_back(std::move(row));
      row.assign(1, "");
      parsed.whole_bytes = at + 1;
    } else {
      row.back() += character;
    }
  }
  return parsed;
}

}  // namespace attngate

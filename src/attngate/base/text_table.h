#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace attngate {

/// Which side of its column a cell keeps to: words left, numbers right.
enum class Align { left, right };

/// A small table of text: two spaces between columns, a rule under the headers, no spaces at the ends of lines.
class TextTable {
 public:
  struct Column {
    std::string header;
    Align align = Align::left;
  };

  explicit TextTable(std::vector<Column> columns);

  /// Adds a row with one cell a column; throws std::invalid_argument for another number of cells.
  void add_row(std::vector<std::string> cells);
  /// Adds text below the last row, indented, wrapped and outside the columns.
  void add_note(std::string text);

  /// The whole table, each line behind `indent` and ended by a newline.
  std::string text(std::string_view indent = "") const;

 private:
  struct Row {
    std::vector<std::string> cells;
    std::string note;
  };
  std::vector<std::size_t> widths() const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

/// Columns that UTF-8 text takes on a terminal, each character counted as one.
std::size_t display_width(std::string_view text);

/// `text` broken at spaces into lines of at most `width` columns (a longer word stays whole), each behind `indent` and
/// ended by a newline; newlines in the text are kept.
std::string wrapped(std::string_view text, std::string_view indent, std::size_t width);

}  // namespace attngate

#include "attngate/base/text_table.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace attngate {
namespace {

// Fits terminals and CI logs beside their timestamps.
constexpr std::size_t note_width = 100;
constexpr std::string_view note_indent = "    ";
constexpr std::string_view gap = "  ";

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string padded(const std::string& cell, std::size_t width, Align align) {
  const std::string fill(width - display_width(cell), ' ');
  return align == Align::left ? cell + fill : fill + cell;
}

}  // namespace

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

void TextTable::add_row(std::vector<std::string> cells) {
  if (cells.size() != columns_.size()) throw std::invalid_argument("TextTable: a row has one cell for each column");
  rows_.push_back({std::move(cells), ""});
}

void TextTable::add_note(std::string text) {
  if (rows_.empty()) throw std::invalid_argument("TextTable: a note belongs below a row");
  rows_.back().note = std::move(text);
}

std::vector<std::size_t> TextTable::widths() const {
  std::vector<std::size_t> result;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    std::size_t width = display_width(columns_[column].header);
    for (const Row& row : rows_) width = std::max(width, display_width(row.cells[column]));
    result.push_back(width);
  }
  return result;
}

std::string TextTable::text(std::string_view indent) const {
  const std::vector<std::size_t> width = widths();
  std::string result;
  const auto add_line = [&](const auto& cell_of) {
    std::string line(indent);
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      if (column > 0) line += gap;
      line += padded(cell_of(column), width[column], columns_[column].align);
    }
    result += without_trailing_spaces(line) + "\n";
  };
  add_line([&](std::size_t column) { return columns_[column].header; });
  add_line([&](std::size_t column) { return std::string(width[column], '-'); });
  for (const Row& row : rows_) {
    add_line([&](std::size_t column) { return row.cells[column]; });
    if (!row.note.empty()) result += wrapped(row.note, std::string(indent) + std::string(note_indent), note_width);
  }
  return result;
}

std::size_t display_width(std::string_view text) {
  // Bytes 10xxxxxx continue a character; all others start one.
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

std::string wrapped(std::string_view text, std::string_view indent, std::size_t width) {
  std::string result;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (display_width(indent) + display_width(line) <= width) {
      result +=
          without_trailing_spaces(std::string(indent) + line) + "\n";  // as it is: its spaces may line something up
      continue;
    }
    std::istringstream words(line);
    std::string current;
    for (std::string word; words >> word;) {
      if (!current.empty() && display_width(indent) + display_width(current) + 1 + display_width(word) > width) {
        result += std::string(indent) + current + "\n";
        current.clear();
      }
      current += current.empty() ? word : " " + word;
    }
    result += std::string(indent) + current + "\n";
  }
  return result;
}

}  // namespace attngate

#pragma once

#include <stdexcept>
#include <string>

#include "attngate/sweep/csv.h"
#include "command.h"

namespace attngate::test {

/// A CSV file by rows behind its header and by column names.
struct Table {
  explicit Table(const std::string& file) : text(parse_csv(file_text(file))) {}
  std::size_t rows() const { return text.rows.empty() ? 0 : text.rows.size() - 1; }
  std::string cell(std::size_t row, const std::string& column) const {
    for (std::size_t index = 0; index < text.rows.at(0).size(); ++index) {
      if (text.rows[0][index] == column) return text.rows.at(row + 1).at(index);
    }
    throw std::out_of_range("no column " + column);
  }
  CsvText text;
};

}  // namespace attngate::test

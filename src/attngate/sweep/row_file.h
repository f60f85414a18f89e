#pragma once

#include <string>
#include <vector>

#include "attngate/sweep/csv.h"
#include "attngate/sweep/sweep_plan.h"

namespace attngate {

/// The CSV of a sweep on disk, row by row: whatever ends the process, all rows before are there.
class RowFile {
 public:
  /// Begins the file, or with `resume` opens what is there, and checks that the disk has room for all rows.
  ///
  /// Throws UsageError, having changed nothing, where the file cannot be written, the disk is too full, or what is
  /// there is of another sweep.
  RowFile(const std::string& path, const SweepPlan& plan, bool resume);
  ~RowFile();
  RowFile(const RowFile&) = delete;
  RowFile& operator=(const RowFile&) = delete;

  /// Rows that an earlier run has left; empty unless resumed.
  const std::vector<CsvRow>& earlier_rows() const { return earlier_; }

  /// Writes a row, whole or not at all as far as a reader that goes by newlines can tell. Throws ResultsError.
  void append(const CsvRow& row);

 private:
  void write(const std::string& text);

  std::string path_;
  int file_ = -1;
  std::vector<CsvRow> earlier_;
};

}  // namespace attngate

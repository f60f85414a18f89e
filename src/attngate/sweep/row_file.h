#pragma once

#include <string>
#include <vector>

#include "attngate/base/locked_file.h"
#include "attngate/sweep/csv.h"
#include "attngate/sweep/earlier_output.h"
#include "attngate/sweep/sweep_plan.h"

namespace attngate {

/// The CSV of a sweep on disk, row by row: whatever ends the process, all rows before are there.
class RowFile {
 public:
  /// Begins the file, or resumes what is there, checks that the disk has room for all rows, and locks the file.
  ///
  /// Throws UsageError, having changed nothing, where the file cannot be written, the disk is too full, another run
  /// writes it, what is there is no sweep's, or, resumed, of another sweep; and where rows are there with
  /// IfThere::refuse.
  RowFile(const std::string& path, const SweepPlan& plan, IfThere if_there);

  /// Rows that an earlier run has left; empty unless resumed.
  const std::vector<CsvRow>& earlier_rows() const { return earlier_; }

  /// Writes a row, whole or not at all as far as a reader that goes by newlines can tell. Throws ResultsError.
  void append(const CsvRow& row);

 private:
  void write(const std::string& text);

  std::string path_;
  LockedFile file_;
  std::vector<CsvRow> earlier_;
};

}  // namespace attngate

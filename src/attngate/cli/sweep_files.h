#pragma once

#include <optional>

#include "attngate/base/locked_file.h"
#include "attngate/cli/sweep_options.h"
#include "attngate/sweep/row_file.h"
#include "attngate/sweep/sweep_plan.h"

namespace attngate {

/// The files that a sweep writes, locked for as long as it does.
class SweepFiles {
 public:
  /// Throws UsageError, having changed nothing, where one of them cannot be written, is another run's at the moment,
  /// has what is not to be lost, or where two are the same. Else begins the CSV and takes the others' earlier contents
  /// away, so that they never speak for this sweep.
  SweepFiles(const SweepCommandOptions& options, const SweepPlan& plan);

  /// The CSV; nullptr for none.
  RowFile* rows() { return rows_ ? &*rows_ : nullptr; }

 private:
  OutputLock error_counts_, json_;
  std::optional<RowFile> rows_;
};

}  // namespace attngate

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "attngate/sweep/sweep_plan.h"

namespace attngate {

/// Where a row's measurements come from: a worker process, or a simulation in tests.
class SweepSource {
 public:
  virtual ~SweepSource() = default;
  /// Checks and measures one row. Whatever goes wrong with it is in the answer; throws where no row can be measured any
  /// more.
  virtual SweepAnswer measure(const SweepRequest& request) = 0;
};

/// Who is told of a sweep on its way.
struct SweepListener {
  /// A row begins: its index among all points.
  std::function<void(std::size_t index)> begins;
  /// It has ended; the row is to be kept now.
  std::function<void(const CsvRow& row, const SweepAnswer& answer)> ended;
  /// Asked before each row: no more of them? And where a worker died: was it of the same stop?
  std::function<bool()> interrupted;
};

/// Measures the points behind those that `rows` has, and adds a row for each; true unless it was interrupted. A row
/// that fails is a row. One whose worker died when a stop had been asked for is none: a later run measures it.
bool run_sweep(const SweepPlan& plan, SweepSource& source, std::vector<CsvRow>& rows, const SweepListener& listener);

}  // namespace attngate

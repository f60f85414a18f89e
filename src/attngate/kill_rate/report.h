#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "attngate/base/device_key.h"
#include "attngate/kill_rate/judgement.h"
#include "attngate/kill_rate/rival_column.h"

namespace attngate::faults {

/// A run of the table of faults, from its settings to what came of it.
struct FaultRun {
  DeviceKey device;
  Budget budget;
  /// Names of the properties, in the order in which they ran.
  std::vector<std::string> properties;
  /// One for each dtype: all healthy paths together.
  std::vector<Judgement> controls;
  std::vector<Judgement> judgements;
  /// What other checks said: for each dtype one column a check.
  std::vector<RivalColumn> rivals;
  /// What the run fails, one line each; empty when it holds.
  std::vector<std::string> shortfalls;
};

/// Prints one row for each fault of the dtype: what the gate said, what each rival said after how many tests, and the
/// smallest case; below a survivor, the reason.
void print_fault_table(std::ostream& out, const FaultRun& run, DType dtype);

/// Prints one row for each dtype and check: kill rate, medians, shrinking, false alarms on healthy paths.
void print_summary(std::ostream& out, const FaultRun& run, const std::vector<DType>& dtypes);

inline constexpr const char* faults_schema = "attngate.faults";

/// The whole run as JSON.
std::string to_json(const FaultRun& run, const std::vector<DType>& dtypes);

/// Writes the summary as CTest measurements: <dtype>.kill_rate, <dtype>.median_tokens, ...
void write_fault_measurements(std::ostream& out, const FaultRun& run, const std::vector<DType>& dtypes);

}  // namespace attngate::faults

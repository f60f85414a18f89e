#pragma once

#include <cstdint>
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
  /// All that the judgements depend on, in one line: what two runs share that can be one.
  std::string options;
  /// Whether all that was asked for is in it.
  bool finished = false;
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
inline constexpr std::uint64_t faults_version = 2;

/// The whole run, or what there is of it so far, as JSON.
std::string to_json(const FaultRun& run, const std::vector<DType>& dtypes);

/// Puts the controls and judgements of an earlier run, from the text of its JSON, into this one, which has none yet.
/// `file` names it. Throws UsageError where it is of another kind, or was made with other options.
void take_over(FaultRun& run, const std::string& text, const std::string& file);

/// Writes the summary as CTest measurements: <dtype>.kill_rate, <dtype>.median_tokens, ...
void write_fault_measurements(std::ostream& out, const FaultRun& run, const std::vector<DType>& dtypes);

}  // namespace attngate::faults

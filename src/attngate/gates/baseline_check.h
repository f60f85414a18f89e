#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "attngate/decision/run_rule.h"
#include "attngate/gates/baseline.h"
#include "attngate/gates/gate_bounds.h"
#include "attngate/gates/gate_run.h"

namespace attngate {

/// The key under which numbers of this device are stored: it has no empty texts but the uuid.
DeviceKey baseline_key(DeviceKey device);

/// A line that tells that the numbers are of another device of the same name, or nothing where they are not or nobody
/// knows.
std::string device_note(const Baseline& baseline, const DeviceKey& device);

/// What a stored baseline says of one gate.
struct BaselineResult {
  std::string gate;
  /// skipped: another key, or no entry; inconclusive: a fresh process could not measure it.
  GateStatus status = GateStatus::skipped;
  /// One line: both fresh numbers and the worst stored one, or why there is no comparison.
  std::string line;
};

/// Measures each gate in two fresh processes and holds both numbers against those on record, see
/// compare_with_baseline(); what is worse is measured in two more, and fails only if it is worse again. Each process
/// takes as many pairs as those on record, within the same budget if the options say so.
///
/// Self gates and random cases have no entry and are skipped. Where every gate is skipped, nothing is measured.
std::vector<BaselineResult> check_against_baseline(SampleSource& source, const DeviceKey& device,
                                                   const std::vector<GateBound>& bounds, const std::vector<Gate>& gates,
                                                   const Baseline& baseline, const GateOptions& options,
                                                   const std::function<void(const std::string&)>& progress = {});

/// Whether the run fails, by the rule for gates; skipped ones do not count.
RunVerdict verdict_of(const std::vector<BaselineResult>& results);

/// One line a gate, then the verdict of the run.
void print_baseline_check(std::ostream& out, const std::vector<BaselineResult>& results);

}  // namespace attngate

#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "attngate/decision/run_rule.h"
#include "attngate/gates/gate_result.h"

namespace attngate {

/// One line a gate: what was measured, its interval, bound, headroom, times and rates; then a line for each that did
/// not pass.
void print_gate_table(std::ostream& out, const std::vector<GateResult>& results);

/// Whether a run fails. A planted slowdown that was judged as it must be counts as passed; skipped gates do not count.
RunVerdict verdict_of(const std::vector<GateResult>& results);

/// What a gate takes of CTest's measurements, each behind "<gate>.": see write_gate_measurements
/// (gates/gate_measurements.h), and status, sm_mhz, tflops, share_of_peak where they were measured.
void write_measurements_of(std::ostream& out, const GateResult& result);

}  // namespace attngate

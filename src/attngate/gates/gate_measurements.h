#pragma once

#include <iosfwd>
#include <string>

#include "attngate/decision/decision.h"

namespace attngate {

/// Writes what CTest keeps of a decision, each name behind the prefix: verdict, reason, bound, ratio with ratio.lower,
/// ratio.upper and ratio.coverage, headroom, candidate.median and base.median (in the samples' unit), pairs,
/// pairs.valid, pairs.throttled, pairs.beyond and pairs.critical, spread; and where fresh processes were asked,
/// processes, processes.beyond and processes.critical.
///
/// Ratios are as the bound's (bound.h): base / candidate for a required speed-up. What was not measured is left out.
void write_gate_measurements(std::ostream& out, const Decision& decision, const std::string& prefix = {});

}  // namespace attngate

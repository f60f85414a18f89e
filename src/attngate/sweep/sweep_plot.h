#pragma once

#include <string>
#include <vector>

#include "attngate/sweep/sweep_plan.h"

namespace attngate {

/// Two plots of the rows as an SVG file: speedup against padding by length, and time against tokens by operator.
std::string sweep_svg(const SweepPlan& plan, const std::vector<CsvRow>& rows, const std::string& device);

}  // namespace attngate

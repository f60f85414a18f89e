#pragma once

#include <c10/core/Device.h>

#include "attngate/cli/sweep_options.h"
#include "attngate/paths/attention_path.h"
#include "attngate/sweep/fastpath_sweep.h"
#include "attngate/sweep/sweep_plan.h"

namespace attngate {

/// Measures the plan, writes what the options ask for, and returns the exit code. Throws UsageError for files that
/// cannot be written, before anything is measured.
int run_plan(const SweepCommandOptions& options, const SweepPlan& plan, const DeviceKey& named, c10::Device device,
             const PathRegistry& registry);

}  // namespace attngate

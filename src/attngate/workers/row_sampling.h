#pragma once

#include <optional>
#include <vector>

#include "attngate/sweep/sweep_request.h"
#include "attngate/timing/sampler.h"

namespace attngate {

/// Times the operators of a row in rounds, each operator once a round and in random order, until the speedups are known
/// well enough.
///
/// A sample is of the request's quantity, as SampleTaker takes it; the cache is not flushed (docs/sweep.md). Where
/// launches show in one of GPU time, it is taken again. `operators` has one for each of the request's, empty for those
/// that are not timed. Fills `us`, `launches_show`, `speedups` and `rounds` of the answer. Errors of an operator pass
/// through.
void sample_row(Sampler& sampler, const std::vector<std::optional<TimedOperator>>& operators,
                const SweepRequest& request, SweepAnswer& answer);

}  // namespace attngate

#pragma once

#include <vector>

#include "attngate/decision/decision.h"
#include "attngate/gates/gate.h"
#include "attngate/gates/sample_request.h"

namespace attngate {

/// FLOP/s of the gate's candidate, by its median time.
double achieved_flops_per_second(const Gate& gate, const PairedSamples& samples);

/// What one process's samples are to the gate's bound: pairs of times; one pair of FLOP/s and peak, or of bytes, for
/// roofline and memory gates. Empty without samples.
std::vector<PairSample> evidence_of(const Gate& gate, const SampleAnswer& answer);

}  // namespace attngate

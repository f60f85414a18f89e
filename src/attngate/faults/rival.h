#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "attngate/faults/fault.h"
#include "attngate/kill_rate/rival_column.h"

namespace attngate::faults {

/// One test of another check: inputs, and what it accepts as their output.
struct RivalTest {
  CaseInputs inputs;
  /// Token rows [total_tokens, embed_dim] in the path's dtype; throwing counts as "no".
  std::function<bool(const at::Tensor& rows)> accepts;
};

/// Makes test number `index`; nullopt when there are no more.
using NextTest = std::function<std::optional<RivalTest>(std::uint64_t index)>;

/// Another check, with the name of its column.
struct Rival {
  std::string name;
  NextTest next;
};

/// Holds the healthy paths and every fault against the tests of a rival, in order, until the tests, the faults or the
/// seconds are at an end. A fault that was killed takes no further part; healthy paths stay to the end.
///
/// A refusal counts when the fault's base without the fault is accepted in the same test: a check that refuses both
/// sees no fault. As in a program without a gate around it, an error and a wrong shape are refused too. Throws
/// RunStopped when this process is asked to stop.
RivalColumn run_rival(const Rival& rival, const std::vector<Fault>& faults, DType dtype, double seconds);

/// attngate's random cases of `agreement`, judged by FlashAttention's rule: max|out - ref| <= 2 max|plain - ref|.
///
/// Ends after `cases` cases.
Rival twice_plain_rule(DType dtype, at::Device device, std::uint64_t seed, std::uint64_t cases);

/// PyTorch's benchmarks/transformer/sdp.py and better_transformer_vs_mha_functional.py: their shapes, their standard
/// normal data, their comparison with a healthy sibling by fixed tolerances.
///
/// On the CPU a scaled-down form of them, see seed_programs.cpp.
Rival seed_programs(DType dtype, at::Device device);

}  // namespace attngate::faults

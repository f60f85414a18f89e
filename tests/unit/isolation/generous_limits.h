#pragma once

#include <cstdint>

#include "attngate/isolation/worker_process.h"

namespace attngate::test {

/// Limits that no obedient worker reaches.
inline constexpr RequestLimits generous{10, std::uint64_t{1} << 30};

}  // namespace attngate::test

#pragma once

#include <string>

#include "attngate/decision/decision.h"

namespace attngate {

/// Who is held against whom, for people: "fast" and "slow", "SDPA" and "itself" or "the product peak".
struct GateSubject {
  std::string candidate;
  std::string base;
  /// What a ratio is of: "time", "peak memory".
  std::string measured = "time";
};

/// Headroom (bound.h) for people: "28 %", and "1.4 %" below ten.
std::string headroom_text(double headroom);

/// It passes, but its median or an end of the interval lies beyond the bound: another run may well see it there.
bool within_noise(const Decision& decision);

/// The decision as one line, without a line break:
///
///     fast is 2.31 times as fast as slow (2.29 to 2.33), at least 1.8 required
///     nested takes 0.412 of padded's peak memory, at most 0.6 allowed
///     SDPA reaches 0.41 of the product peak, at least 0.28 required
///
/// What passes within_noise() says so. A fail and a flag that was not confirmed add what decided, an inconclusive gate
/// its reason. The interval is left out for one value, and shows its own coverage where that is below 95 %. It is that
/// of the fresh processes where they were conclusive, else of the pairs in one process.
std::string decision_line(const GateSubject& subject, const Decision& decision);

}  // namespace attngate
